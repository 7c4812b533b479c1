import fc from "fast-check";
import {
  type BuildStrategyName,
  NotebookValidationJobSpec,
  parseOperatorConfig,
  type RecoveryAction,
  toRfc3339,
} from "../../../../src/api/index.js";
import { openAttempt } from "../../../../src/operator/decide/attempts.js";
import type { EnvironmentSeen } from "../../../../src/operator/decide/build-observation.js";
import { isTerminal, type JobStatus } from "../../../../src/operator/decide/job.js";
import type { Observation, Settings } from "../../../../src/operator/decide/observation.js";
import { knowStatus } from "../../../../src/operator/decide/read-status.js";
import { isHolding } from "../../../../src/operator/decide/waiting/holding.js";
import { FAILURE_REASONS, type FailureReason, failureOf } from "../../../../src/recovery/index.js";
import { BuildingStory, complete, IMAGE_DIGEST, runningBuild } from "../../kit/a-building-story.js";
import { aJob } from "../../kit/a-job.js";
import { aLog, aPod, COMMIT, ended } from "../../kit/an-observation.js";
import { failingEvents } from "../../kit/fake-runner.js";

/** How the resolution desk and waits are set in these worlds: short, so that stories come to their end. Milliseconds. */
export const WAIT_MS = 120_000;
/** How soon the resolution desk looks at the earliest. Milliseconds. */
export const LOOK_MS = 5_000;

const GPU = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.";
/** How pods fare that were let in, by name. */
const PODS = {
  evicted: () => ({ phase: "Failed", reason: "Evicted" }),
  "node lost": () => ({ phase: "Failed", reason: "NodeLost" }),
  "out of memory": () => ended(137, "OOMKilled"),
  "without a verdict": () => ended(1),
  "failed notebook": () => ended(10),
  unschedulable: (at: string) => ({
    phase: "Pending",
    conditions: [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: GPU, lastTransitionTime: at },
    ],
  }),
} as const;

const SETTINGS: Settings = {
  config: parseOperatorConfig({
    registry: { host: "registry.example.com" },
    patience: { resolutionTimeout: `${WAIT_MS / 1000}s` },
  }),
  build: "build",
};

const REMEDIES = ["fallback-to-prebuilt", "fallback-build-strategy", "increase-memory"] as const;
const allowing = (...actions: readonly RecoveryAction[]): FailureReason[] =>
  FAILURE_REASONS.filter((reason) => actions.some((action) => failureOf(reason).recoveries.includes(action)));

/** What befalls a job next. */
export interface Blow {
  /** Whatever it has asked for fails; otherwise that goes on, and a pod fares as told. */
  readonly isHit: boolean;
  readonly reason: FailureReason;
  readonly pod: keyof typeof PODS;
  /** Whether what it waits for is there. */
  readonly isThere: boolean;
}

function anyOf<T>(...all: readonly T[]): fc.Arbitrary<T[]> {
  return fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 4 });
}

/** One blow after the other, without an end: each story's are of a few kinds, since most kinds end it at once. */
export const blows: fc.Arbitrary<Iterable<Blow>> = fc
  .record({
    reasons: fc.oneof(
      anyOf(...FAILURE_REASONS),
      anyOf(...allowing("retry")),
      anyOf(...allowing("wait-for-resolution")),
      anyOf(...allowing(...REMEDIES)),
    ),
    pods: anyOf(...(Object.keys(PODS) as (keyof typeof PODS)[])),
  })
  .chain(({ reasons, pods }) =>
    fc.infiniteStream(
      fc.record({
        isHit: fc.constantFrom(true, false, false),
        reason: fc.constantFrom(...reasons),
        pod: fc.constantFrom(...pods),
        isThere: fc.boolean(),
      }),
    ),
  );

const action = fc.constantFrom(...REMEDIES, "wait-for-resolution");

/** How a job wants to be retried and recovered. */
export const policies = fc
  .record(
    {
      priority: fc.constantFrom(0, 20, 21, 50, 79, 80, 100),
      retryPolicy: fc.record(
        {
          enabled: fc.constantFrom(true, true, true, true, false),
          strategy: fc.constantFrom("default", "aggressive", "conservative", "high_priority"),
          maxRetries: fc.nat(8),
          maxValidationRetries: fc.nat(6),
          maxBuildRetries: fc.nat(4),
          backoffPolicy: fc.constantFrom("exponential", "linear", "fixed"),
          backoffBaseSeconds: fc.nat(90_000).map((ms) => ms / 1000),
          backoffFactor: fc.constantFrom(1, 1.5, 2, 10),
          maxBackoffSeconds: fc.integer({ min: 90, max: 3600 }),
          jitter: fc.boolean(),
          memoryBump: fc.constant({ factor: 1.5, max: "4Gi" }),
        },
        { requiredKeys: [] },
      ),
      recoveryConfig: fc.record(
        {
          enableSmartRecovery: fc.constantFrom(true, true, true, false),
          enableBuildFallback: fc.boolean(),
          maxRecoveryAttempts: fc.nat(5),
          disabledRecoveryActions: fc.uniqueArray(fc.oneof(action, fc.constant("retry")), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
      podConfig: fc.record({
        resources: fc.constant({ limits: { memory: "1Gi" } }),
        buildConfig: fc.record({ enabled: fc.boolean() }),
      }),
    },
    { requiredKeys: ["podConfig"] },
  )
  .map((spec) => NotebookValidationJobSpec.parse({ ...(aJob().build().spec as object), retryPolicy: {}, ...spec }));

/** Where it is built. */
export const strategies = fc.constantFrom<readonly BuildStrategyName[]>(["tekton"], ["s2i", "tekton"]);

/** One decision, and what was known before. */
export interface Suffered {
  readonly before: JobStatus;
  readonly after: JobStatus;
  readonly now: number;
}

/** A job that nothing goes well for. Time passes as the operator wishes, and when nothing else happens. */
export class IllFatedJob {
  readonly story: BuildingStory;
  readonly pods = new Set<string>();
  readonly builds = new Set<string>();
  decisions = 0;
  #pod: { readonly name: string; readonly since: string; fare: keyof typeof PODS | undefined } | undefined;
  #isAsked = false;

  constructor(spec: NotebookValidationJobSpec, available: readonly BuildStrategyName[]) {
    this.story = new BuildingStory({ ...aJob().build(), spec });
    this.story.available = available;
  }

  get isOver(): boolean {
    return isTerminal(this.story.status.phase);
  }

  /** The job is looked at while something befalls it. */
  suffer(blow: Blow): Suffered {
    const { story } = this;
    const { status: before, now } = story;
    story.see(this.#seen(blow));
    // What it has just decided it need not judge.
    knowStatus(story.job.status as object, story.status);
    this.decisions += 1;
    const { status: after, decision } = story;
    for (const { plan } of story.effects("start-attempt")) this.pods.add(plan.podName);
    for (const { plan } of story.effects("start-build")) this.builds.add(plan.name);
    this.#isAsked = story.effects("ask-resolution").length > 0 || isHolding(after);
    const isIdle = decision.effects.length === 0 && JSON.stringify(before) === JSON.stringify(after);
    if (this.#isAsked) story.pass(LOOK_MS);
    else if (isIdle) story.pass(Math.max(decision.requeueAfterMs ?? 0, 1));
    return { before, after, now };
  }

  #seen({ isHit, reason, pod, isThere }: Blow): Partial<Observation> {
    const { story } = this;
    this.#build(isHit, reason);
    const failed = { kind: "failed", reason, message: "no" } as const;
    if (story.effects("ask-environment").length > 0) story.environment = this.#environment(isHit, failed);
    story.registryAnswers({ kind: "present", digest: IMAGE_DIGEST });
    const podSeen = this.#podSeen(isHit, pod);
    return {
      settings: SETTINGS,
      source: isHit ? failed : { kind: "resolved", commit: COMMIT },
      ...(isHit && { refusal: failureOf(reason) }),
      ...podSeen,
      ...(this.#isAsked && { resolution: { kind: isThere ? "present" : "absent" } }),
    };
  }

  #environment(isHit: boolean, failed: EnvironmentSeen & { kind: "failed" }): EnvironmentSeen {
    if (isHit) return failed;
    this.story.read();
    return this.story.environment;
  }

  /** What was started is there or refused; what is under way fails, or goes on. */
  #build(isHit: boolean, reason: FailureReason): void {
    const { story } = this;
    const failure = failureOf(reason, { stage: "build" });
    story.more = isHit ? { refusal: failure } : {};
    const [newest] = story.builds;
    if (newest?.observation.kind === "pending" || newest?.observation.kind === "running") {
      const signal = { reason: "Failed", message: "no" };
      if (isHit) story.becomes({ kind: "failed", signal, completionTime: toRfc3339(story.now) }, { failure });
      else story.becomes(newest.observation.kind === "pending" ? runningBuild() : complete());
    } else if (!isHit && story.effects("start-build").length > 0) story.made();
  }

  /** A pod that was made and not refused starts, and fares badly. */
  #podSeen(isHit: boolean, fare: keyof typeof PODS): Partial<Observation> {
    const { story } = this;
    const name = openAttempt(story.status, story.job.metadata.name)?.podName;
    if (name === undefined) return {};
    if (this.#pod?.name !== name) {
      if (isHit) return {};
      this.#pod = { name, since: toRfc3339(story.now), fare: undefined };
    }
    if (!isHit) this.#pod.fare = fare;
    const { since } = this.#pod;
    const metadata = { creationTimestamp: since };
    const running = {
      phase: "Running",
      containerStatuses: [{ name: "notebook", state: { running: { startedAt: since } } }],
    };
    if (this.#pod.fare === undefined) return { pods: [aPod(name, running, metadata)] };
    const log = aLog(this.#pod.fare === "failed notebook" ? failingEvents() : []);
    return { pods: [aPod(name, PODS[this.#pod.fare](since), metadata)], log };
  }
}
