import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../bench.js";
import { eventually } from "../eventually.js";
import type { World, WorldRepository } from "../world.js";

/** The webhook says at once what the reconciler would say later. */
export function tellOfAdmission(world: () => World): void {
  describe("the webhook, through its Service,", () => {
    let bench: Bench;
    let repository: WorldRepository;
    const job = (name: string, more: object) =>
      aJob(name, {
        notebook: { git: { url: repository.urls.http, ref: "main" }, path: "nb.ipynb" },
        podConfig: { containerImage: world().images.notebook },
        ...more,
      });
    const apply = (object: object) =>
      bench.kubectl(["apply", "--validate=strict", "--filename=-"], JSON.stringify(object));
    /** Legal by the CRD's schema and rules; no CEL can judge a regular expression of RE2. */
    const unbalanced = { validationConfig: { expectedLogs: [{ pattern: "(" }] } };

    beforeAll(async () => {
      bench = await Bench.in(world(), "admission");
      repository = await world().git.repository({ "nb.ipynb": cells("1 + 1") });
      // Its failures are ignored by design: a server that is not trusted yet lets everything pass.
      await eventually("the webhook to be asked", 20_000, async () => {
        const refused = await bench.kubectl(
          ["create", "--dry-run=server", "--filename=-"],
          JSON.stringify(job("probe", unbalanced)),
        );
        return refused.code === 0 ? undefined : true;
      });
    });

    test("refuses what could never run, and names the field", async () => {
      const { code, stderr } = await apply(job("unbalanced", unbalanced));
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/expectedLogs\[0\]\.pattern: must be an RE2 regular expression/);
    });

    test("warns of what is legal but unwise, and lets it pass", async () => {
      const { code, stderr } = await apply(job("deprecated", { timeout: "10m" }));
      expect(code).toBe(0);
      expect(stderr).toMatch(/^Warning: .*timeout/m);
      expect((await bench.end("deprecated")).status?.phase).toBe("Succeeded");
    });

    test("is not asked about labels and deletions", async () => {
      const labelled = await bench.kubectl(["label", "nvj", "deprecated", "team=a"]);
      expect(labelled).toMatchObject({ code: 0, stderr: "" });
      const deleted = await bench.kubectl(["delete", "nvj", "deprecated"]);
      expect(deleted).toMatchObject({ code: 0, stderr: "" });
    });
  });
}
