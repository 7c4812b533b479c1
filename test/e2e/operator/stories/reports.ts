import { beforeAll, describe, expect, test } from "@jest/globals";
import { CONFIG_MAPS, type ConfigMap } from "../../../../src/kube/index.js";
import { aJob, Bench, cells } from "../bench.js";
import { eventually } from "../eventually.js";
import type { World, WorldRepository } from "../world.js";

/** Where the report of a run goes in a cluster. */
export function tellOfReports(world: () => World): void {
  describe("a job that names a ConfigMap", () => {
    let bench: Bench;
    let repository: WorldRepository;
    const job = (path = "nb.ipynb", more: object = {}) =>
      aJob("reported", {
        notebook: { git: { url: repository.urls.http, ref: "main" }, path },
        podConfig: { containerImage: world().images.notebook },
        retryPolicy: { enabled: false },
        artifacts: { configMap: "report", storeOutputs: false },
        ...more,
      });
    const report = (name: string, condition: (data: Readonly<Record<string, string>>) => boolean) =>
      eventually(`ConfigMap ${name}`, 20_000, async (): Promise<ConfigMap | undefined> => {
        const key = { namespace: bench.namespace, name };
        const found = await world()
          .cluster.get(CONFIG_MAPS, key)
          .catch(() => undefined);
        return found !== undefined && condition(found.data ?? {}) ? found : undefined;
      });

    beforeAll(async () => {
      bench = await Bench.in(world(), "reports");
      repository = await world().git.repository({
        "nb.ipynb": cells("print('quokka')\nassert 6 * 7 == 42"),
        "bad.ipynb": cells("1 / 0"),
      });
      await bench.apply(job());
    });

    test("finds its report there when the run is over, and it goes with the job", async () => {
      const { status } = await bench.end("reported");
      expect(status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
      expect(status?.environment).toMatchObject({ sbomDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
      const { data = {}, metadata } = await report("report", () => true);
      expect(data["report.md"]).toMatch(/^# Passed: `nb\.ipynb`\n/);
      expect(JSON.parse(data["report.json"] ?? "")).toMatchObject({
        verdict: "Passed",
        source: { commit: repository.commit },
        environment: { sbomDigest: status?.environment?.sbomDigest },
      });
      expect(JSON.stringify([data, status])).not.toContain("quokka");
      const { uid } = (await bench.job("reported")).metadata;
      expect(metadata.ownerReferences).toEqual([expect.objectContaining({ uid, controller: true })]);
    });

    test("finds the report of its next run in the same place", async () => {
      await bench.end("reported");
      await bench.apply(job("bad.ipynb"));
      expect((await bench.end("reported")).status).toMatchObject({ phase: "Failed" });
      const { data = {} } = await report("report", (files) => files["report.md"]?.startsWith("# Failed") === true);
      expect(data["report.md"]).toContain("ZeroDivisionError");
    });

    test("never has somebody else's ConfigMap written over", async () => {
      const precious = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "precious" }, data: { a: "b" } };
      await bench.apply(precious, job("bad.ipynb", { artifacts: { configMap: "precious" } }));
      await eventually("to be told", 20_000, async () =>
        (await bench.events()).some(({ reason }) => reason === "ReportNotWritten") ? true : undefined,
      );
      expect((await report("precious", () => true)).data).toEqual({ a: "b" });
    });
  });
}
