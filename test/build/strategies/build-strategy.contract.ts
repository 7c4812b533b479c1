import { describe, expect, test } from "@jest/globals";
import {
  ANNOTATION_ENVIRONMENT_DIGEST,
  API_VERSION,
  KIND,
  LABEL_BUILD_KEY,
  LABEL_BUILD_NUMBER,
  LABEL_ROLE,
} from "../../../src/api/index.js";
import type { BuildObject, BuildObservation, BuildPlan } from "../../../src/build/index.js";
import { policyViolations } from "../../../src/constructs/index.js";
import { classifyBuild } from "../../../src/recovery/index.js";
import { aDemandingPlan, ENVIRONMENT_DIGEST, IMAGE_DIGEST, REPOSITORY } from "./a-build-plan.js";
import type { BuilderWorld } from "./builder-worlds.js";
import { AT, type PlayedBuilder, STORIES, type Story } from "./played-builder.js";

/** How each story ends, whoever builds. */
const ENDS: Readonly<
  Record<Story, { readonly kind: BuildObservation["kind"]; readonly reason?: string; readonly errorType?: string }>
> = {
  "never-appears": { kind: "pending" },
  "waits-for-a-node": { kind: "pending" },
  succeeds: { kind: "complete" },
  "fails-in-pip": { kind: "failed", reason: "DependencyNotFound", errorType: "permanent" },
  cancelled: { kind: "cancelled" },
  "out-of-memory": { kind: "failed", reason: "BuildOutOfMemory", errorType: "permanent" },
  evicted: { kind: "failed", reason: "BuildEvicted", errorType: "transient" },
  "image-pull": { kind: "failed", reason: "BuildImagePull", errorType: "transient" },
  "times-out": { kind: "failed", reason: "BuildTimeout", errorType: "permanent" },
  "pod-refused": { kind: "failed", reason: "BuildNotPermitted", errorType: "permanent" },
  "result-too-large": { kind: "failed", reason: "BuildFailed", errorType: "permanent" },
  "image-not-reported": { kind: "failed", reason: "BuildFailed", errorType: "transient" },
};

const PIP_LOG = [
  "Collecting pandas==2.1.0",
  "ERROR: Could not find a version that satisfies the requirement pandsa==2.1.0 (from versions: none)",
  "ERROR: No matching distribution found for pandsa==2.1.0",
].join("\n");

/** Holds a strategy to what every strategy promises of the objects that it makes. */
export function describeObjects(name: string, { strategy, plan }: PlayedBuilder): void {
  describe(`${name}: what it makes`, () => {
    const mainOf = (of: BuildPlan) => strategy.objects(of).at(-1) as BuildObject;

    test("the main object comes last, has the build's name, and tells what it builds", () => {
      const { metadata, kind } = mainOf(plan);
      expect(kind).toBe(strategy.needs[0]?.kind);
      expect(metadata).toMatchObject({
        name: plan.name,
        namespace: plan.namespace,
        labels: { [LABEL_ROLE]: "build", [LABEL_BUILD_KEY]: plan.key, [LABEL_BUILD_NUMBER]: "1" },
        annotations: { [ANNOTATION_ENVIRONMENT_DIGEST]: ENVIRONMENT_DIGEST },
      });
    });

    test("the job owns it, and does not control it", () => {
      expect(mainOf(plan).metadata.ownerReferences).toEqual([{ apiVersion: API_VERSION, kind: KIND, ...plan.owner }]);
      const { owner: _owner, ...elsewhere } = plan;
      expect(mainOf(elsewhere).metadata.ownerReferences).toBeUndefined();
    });

    test("the same plan makes the same objects, whatever the order of its maps", () => {
      const turned = { ...plan, environment: { ...plan.environment, buildArgs: { B: "2", A: "1" } } };
      const other = { ...plan, environment: { ...plan.environment, buildArgs: { A: "1", B: "2" } } };
      expect(JSON.stringify(strategy.objects(turned))).toBe(JSON.stringify(strategy.objects(other)));
    });

    test("it neither asks for privileges nor for a claim, and breaks no policy of ours", () => {
      for (const object of strategy.objects(plan)) {
        expect(JSON.stringify(object)).not.toMatch(
          /privileged|persistentVolumeClaim|volumeClaimTemplate|hostPath|Unconfined/,
        );
        expect(policyViolations(object as Parameters<typeof policyViolations>[0])).toEqual([]);
      }
    });

    test("it fits in the API server: far below what one object may weigh", () => {
      const settings = { ...plan.settings, caBundle: "x".repeat(90 * 1024) };
      expect(JSON.stringify(strategy.objects({ ...plan, settings })).length).toBeLessThan(400_000);
    });

    test("what a plan asks for is carried out, refused or warned about by name, never dropped silently", () => {
      const demanding = { ...aDemandingPlan(), strategyConfig: plan.strategyConfig };
      const { refused, warnings } = strategy.judge(demanding);
      const said = [...refused, ...warnings].join("\n");
      const { target, registryCache, tolerations } = strategy.capabilities;
      const withTarget = {
        ...demanding,
        environment: {
          ...demanding.environment,
          dockerfile: { kind: "repository" as const, path: "Dockerfile", text: "", target: "run" },
        },
      };
      expect(strategy.judge(withTarget).refused.join()).toEqual(target ? "" : expect.stringContaining("target"));
      if (!registryCache) expect(said).toContain("cache");
      if (!tolerations) expect(said).toContain("tolerations");
      expect(
        strategy.judge({ ...plan, strategyConfig: { ...plan.strategyConfig, cacheSecrt: "x" } }).warnings.join(),
      ).toContain("strategyConfig.cacheSecrt");
    });

    test("Secrets are named, and their names are all that is there of them", () => {
      const demanding = { ...aDemandingPlan(), strategyConfig: plan.strategyConfig };
      const text = JSON.stringify(strategy.objects(demanding));
      for (const secret of ["git", "push"]) expect(text).toContain(`"${secret}"`);
    });
  });
}

/** Holds a strategy to what every strategy promises to say of a build, in a world that has its builder. */
export function describeObservations(name: string, builder: PlayedBuilder, world: () => BuilderWorld): void {
  const { strategy, plan } = builder;
  describe(`${name}: what it says`, () => {
    test.each([...STORIES])("%s", async (story) => {
      const { main, see } = await world().start(builder, plan);
      expect(see()).toEqual({ kind: "pending" });
      const moments = builder.play(story, main());
      if (moments === undefined) return;
      const seen: BuildObservation[] = [];
      for (const moment of moments) {
        await world().become(moment);
        seen.push(see());
      }
      const last = seen.at(-1) ?? see();
      const { kind, reason, errorType } = ENDS[story];
      expect(last.kind).toBe(kind);
      if (last.kind === "failed") {
        const { log: _place, logSnippet, ...signal } = last.signal;
        const log = story === "fails-in-pip" ? { log: logSnippet ?? PIP_LOG } : {};
        expect(classifyBuild({ ...signal, ...log })).toMatchObject({ reason, errorType });
      }
      if (last.kind === "complete") {
        expect(last).toMatchObject({
          image: `${REPOSITORY}@${IMAGE_DIGEST}`,
          startTime: AT.started,
          completionTime: AT.ended,
        });
        expect(seen.map((each) => each.kind)).toEqual(["pending", "running", "complete"]);
      }
    });

    test("whatever stands in the status, it is no reason to throw", () => {
      const main = strategy.objects(plan).at(-1) as BuildObject;
      for (const status of [
        null,
        7,
        "x",
        [],
        { conditions: "x" },
        { conditions: [null, { type: "Succeeded" }] },
        { phase: 3, steps: {} },
        { results: [null] },
      ]) {
        expect(strategy.observe({ ...main, status }, [{ ...main, kind: "TaskRun", status }]).kind).toBe("pending");
      }
    });

    test("cancelling changes the object as its controller expects it", async () => {
      const { cancelled } = await world().start(builder, plan);
      expect(await cancelled()).toMatchObject(strategy.cancelPatch);
    });
  });
}
