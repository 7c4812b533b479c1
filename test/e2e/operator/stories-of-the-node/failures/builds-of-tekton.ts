import { beforeAll, describe, test } from "@jest/globals";
import type { BuildObject } from "../../../../../src/build/index.js";
import { BUILD_FAILURES, type BuildFailureName } from "../../../../recovery/recorded/build-failures.js";
import { expectFailure } from "../../../../recovery/recorded/expect-failure.js";
import { failureOfRun } from "../../../../recovery/recorded/failure-of-run.js";
import type { Bench } from "../../bench.js";
import { BuildBench } from "../../build-bench.js";
import { eventually } from "../../eventually.js";
import type { NodeWorld } from "../../node-world.js";
import { mustSucceed } from "../../run-command.js";
import { failingRun } from "./failing-runs.js";
import { record } from "./record.js";

const WITHIN_MS = 120_000;
/** Namespaces of their own, by failure. */
const ELSEWHERE: Partial<Record<BuildFailureName, "quota" | "strict">> = {
  "quota-exceeded": "quota",
  "pod-security": "strict",
};

/** What Tekton itself makes of runs that come to nothing. */
export function tellOfFailingRuns(world: () => NodeWorld): void {
  describe("a run of Tekton that fails", () => {
    const names = Object.keys(BUILD_FAILURES) as BuildFailureName[];
    const places: Record<"plain" | "quota" | "strict", Bench | undefined> = {
      plain: undefined,
      quota: undefined,
      strict: undefined,
    };
    const placeOf = (name: BuildFailureName): Bench => {
      const place = places[ELSEWHERE[name] ?? "plain"];
      if (place === undefined) throw new Error(`no namespace for ${name}`);
      return place;
    };
    const items = async (bench: Bench, kind: string, ...words: string[]): Promise<BuildObject[]> => {
      const { stdout } = await mustSucceed(bench.kubectl(["get", kind, "-o", "json", ...words]));
      return (JSON.parse(stdout) as { items: BuildObject[] }).items;
    };

    beforeAll(async () => {
      places.plain = await BuildBench.of(world(), "runs");
      places.quota = await BuildBench.of(world(), "runs-quota");
      places.strict = await BuildBench.of(world(), "runs-strict", "restricted");
      await places.quota.apply({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "none" },
        spec: { hard: { pods: "0" } },
      });
      await eventually("the quota", 20_000, async () => {
        const [quota] = await items(placeOf("quota-exceeded"), "resourcequotas");
        return (quota as { status?: { hard?: object } }).status?.hard === undefined ? undefined : true;
      });
      for (const name of names) await placeOf(name).apply(failingRun(name));
    }, 60_000);

    test.each(names)("is taken for what it is: %s", async (name) => {
      const bench = placeOf(name);
      if (name === "cancelled") {
        await mustSucceed(
          bench.kubectl(["patch", "pipelinerun/cancelled", "--type=merge", '--patch={"spec":{"status":"Cancelled"}}']),
        );
      }
      let seen: BuildObject[] = [];
      const failure = await eventually(
        "its failure",
        WITHIN_MS,
        async () => {
          const run = (await items(bench, "pipelineruns")).find(({ metadata }) => metadata.name === name);
          if (run === undefined) return undefined;
          seen = [run, ...(await items(bench, "taskruns", "-l", `tekton.dev/pipelineRun=${name}`))];
          return failureOfRun(run, seen.slice(1));
        },
        () => seen,
      );
      await record(`builds/${name}`, seen);
      expectFailure(failure, BUILD_FAILURES[name]);
    });
  });
}
