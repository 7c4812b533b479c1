import { beforeAll, describe, expect, test } from "@jest/globals";
import { cells } from "../../bench.js";
import { aBuildJob, BUILT_MS, BuildBench } from "../../build-bench.js";
import type { NodeWorld } from "../../node-world.js";
import { storyOf } from "./ask-nbv.js";
import { expectStandIn } from "./expect-stand-in.js";

/** Tekton says so when its kubelet backs off; the operator under the stories may have lost its patience before. */
const UNPULLABLE = "Build(?:ImagePull|NotStarted)";
const FAILED_PULL = expect.stringMatching(new RegExp(`^${UNPULLABLE}$`));

/** Where no strategy is left that could build, the pre-built image stands in, with a warning. */
export function tellOfExhaustedBuilds(world: () => NodeWorld): void {
  describe("a build that no strategy brings to its end", () => {
    /** Pod Security forbids build pods there. */
    let strict: BuildBench;
    let plain: BuildBench;

    beforeAll(async () => {
      const { git, images } = world();
      strict = await BuildBench.of(world(), "exhausted-strict", "restricted");
      plain = await BuildBench.of(world(), "exhausted");
      const repository = await git.repository({
        "nb.ipynb": cells("print('it runs')"),
        "requirements.txt": "nbv-unbuilt==1.0\n",
      });
      const podConfig = { containerImage: images.notebook };
      const step = { name: "build", image: images.missing, command: ["true"] };
      await plain.apply(
        {
          apiVersion: "tekton.dev/v1",
          kind: "Pipeline",
          metadata: { name: "unpullable" },
          spec: { tasks: [{ name: "image", taskSpec: { steps: [step] } }] },
        },
        aBuildJob(
          "custom",
          repository,
          { strategy: "custom", strategyConfig: { pipeline: "unpullable" } },
          { podConfig },
        ),
      );
      await strict.apply(aBuildJob("chain", repository, { strategy: "s2i" }, { podConfig }));
    });

    test("s2i, which the cluster lacks, then tekton, whose pods it forbids, then the pre-built image", async () => {
      const { status } = await strict.end("chain", BUILT_MS);
      expectStandIn(status, world().images.notebook, "BuildNotPermitted");
      expect(status).toMatchObject({ retryCount: 0, buildStatus: { phase: "Failed", strategy: "tekton" } });
      expect(status?.attempts?.map(({ stage }) => stage)).toEqual(["finish", "build"]);
      expect(status?.source?.warnings).toContain("The cluster can't build by s2i: tekton builds in its place");
      expect(await strict.builds()).toHaveLength(1);
    });

    test("a Pipeline of the team's whose step no registry has, once more, then the pre-built image", async () => {
      const { status } = await plain.end("custom", BUILT_MS);
      const { notebook } = world().images;
      expectStandIn(status, notebook, FAILED_PULL);
      expect(status).toMatchObject({ retryCount: 1, buildRetryCount: 1 });
      expect(status?.attempts?.slice(2)).toMatchObject([{ reason: FAILED_PULL, action: "retry" }]);
      expect(await plain.builds()).toHaveLength(2);
      const told = (await plain.eventsOf("custom", "Succeeded")).map(({ reason }) => reason);
      expect(told).toEqual([FAILED_PULL, FAILED_PULL, "Succeeded"]);
      const story = await storyOf(world(), plain.namespace, "custom");
      const lines = [
        `image: +${notebook} \\(pre-built, in place of the job's own\\)`,
        `build 1 +Failed by custom: ${UNPULLABLE}`,
        `build 2 +Failed by custom: ${UNPULLABLE}`,
        `recovery +fallback to pre-built image \\(.*\\), because of ${UNPULLABLE}`,
        "attempt \\d +PassedWithWarnings",
      ];
      expect(story).toMatch(new RegExp(lines.join("[^]*")));
    });
  });
}
