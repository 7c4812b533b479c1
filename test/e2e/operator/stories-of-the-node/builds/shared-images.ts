import { beforeAll, describe, expect, test } from "@jest/globals";
import { Chart, Testing } from "cdk8s";
import { ValidatedNotebook } from "../../../../../src/constructs/index.js";
import { PODS } from "../../../../../src/kube/index.js";
import { cells } from "../../bench.js";
import { aBuildJob, BUILT_MS, BuildBench, imageAt } from "../../build-bench.js";
import { eventually } from "../../eventually.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";
import type { WorldRepository } from "../../world.js";

const SHARED = { imageName: "team/model", imageTag: "production" };

/** Develop, validate, deploy: production runs what was validated, and nothing else. */
export function tellOfSharedImages(world: () => NodeWorld): void {
  describe("a shared image", () => {
    let bench: BuildBench;
    let repository: WorldRepository;
    const production = async () => (await imageAt(`${REGISTRY}/${bench.namespace}/team/model:production`))?.digest;
    const validated = async (name: string) => (await bench.end(name, BUILT_MS)).status;

    beforeAll(async () => {
      const { git, packages } = world();
      bench = await BuildBench.of(world(), "shared");
      await packages.make("nbv-model", "1.0", { module: "VERSION = 1\n" });
      await packages.make("nbv-model", "2.0", { module: "VERSION = 2\n" });
      repository = await git.repository({
        "good/nb.ipynb": cells("import nbv_model\nassert nbv_model.VERSION == 1"),
        "good/requirements.txt": "nbv-model==1.0\n",
        "bad/nb.ipynb": cells("import nbv_model\nassert nbv_model.VERSION == 1"),
        "bad/requirements.txt": "nbv-model==2.0\n",
        "rival/nb.ipynb": cells("import nbv_model\nassert nbv_model.VERSION == 2"),
        "rival/requirements.txt": "nbv-model==2.0\n",
      });
      await bench.apply(aBuildJob("good", repository, SHARED, { path: "good/nb.ipynb" }));
    });

    test("gets its tag when its notebook has passed", async () => {
      const status = await validated("good");
      expect(status).toMatchObject({ phase: "Succeeded", buildStatus: { published: true } });
      const digest = await production();
      expect(digest).toBeDefined();
      expect(status?.buildStatus?.imageDigest).toContain(digest);
      expect(status?.buildStatus?.recommendedImage).toContain(digest);
    });

    test("stays where it is when another environment fails, and when another job passes with another one", async () => {
      const before = (await validated("good"), await production());
      await bench.apply(
        aBuildJob("bad", repository, SHARED, { path: "bad/nb.ipynb" }),
        aBuildJob("rival", repository, SHARED, { path: "rival/nb.ipynb" }),
      );
      const bad = await validated("bad");
      expect(bad).toMatchObject({ phase: "Failed", buildStatus: { phase: "Complete" } });
      expect(bad?.buildStatus?.published ?? false).toBe(false);
      expect(bad?.buildStatus?.recommendedImage).toBeUndefined();
      const rival = await validated("rival");
      expect(rival).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
      expect(rival?.buildStatus?.publishMessage).toMatch(/good/);
      expect(rival?.buildStatus?.imageDigest).not.toContain(before);
      expect(await production()).toBe(before);
    });

    test("is what a workbench runs, to the digest", async () => {
      const { buildStatus } = (await validated("good")) ?? {};
      const chart = new Chart(Testing.app(), "workbench", { namespace: bench.namespace });
      const image = buildStatus?.recommendedImage ?? "";
      new ValidatedNotebook(chart, "Notebook", { metadata: { name: "workbench" }, image });
      const [notebook] = Testing.synth(chart) as [{ spec: { template: { spec: WorkbenchPod } } }];
      await bench.apply(notebook);
      // No notebook controller is here: it makes a pod of the template. The image has no Jupyter to start.
      const { containers, ...pod } = notebook.spec.template.spec;
      const command = [
        "python3",
        "-c",
        "import nbv_model, time; print(nbv_model.VERSION, flush=True); time.sleep(600)",
      ];
      await bench.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "workbench" },
        spec: { ...pod, containers: containers.map((container) => ({ ...container, command })) },
      });
      const running = await eventually("the workbench", 60_000, async () => {
        const found = await world().cluster.get(PODS, { namespace: bench.namespace, name: "workbench" });
        return found.status?.phase === "Running" ? found : undefined;
      });
      const [, digest = "nothing"] = (buildStatus?.imageDigest ?? "").split("@");
      expect(running.status?.containerStatuses?.[0]?.imageID).toContain(digest);
      const said = await eventually(
        "its first words",
        20_000,
        async () => (await bench.kubectl(["logs", "workbench"])).stdout.trim() || undefined,
      );
      expect(said).toBe("1");
    });
  });
}

interface WorkbenchPod {
  readonly containers: readonly object[];
}
