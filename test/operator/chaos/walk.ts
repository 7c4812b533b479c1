import {
  ANNOTATION_RETRY_REQUESTED,
  ANNOTATION_RETRY_RESET_COUNT,
  ANNOTATION_SOURCE_CHANGED,
  Phase,
  parseOperatorConfig,
  toRfc3339,
} from "../../../src/api/index.js";
import { freezeJson } from "../../../src/kube/json.js";
import { openAttempt } from "../../../src/operator/decide/attempts.js";
import type {
  BuildsSeen,
  EnvironmentSeen,
  ImageSeen,
  SeenBuild,
} from "../../../src/operator/decide/build-observation.js";
import { decide } from "../../../src/operator/decide/decide.js";
import type { Decision } from "../../../src/operator/decide/decision.js";
import type { JobStatus, StoredJob } from "../../../src/operator/decide/job.js";
import type { Observation, ResolutionSeen, Settings } from "../../../src/operator/decide/observation.js";
import { knowStatus, statusOf } from "../../../src/operator/decide/read-status.js";
import { FAILURE_REASONS, failureOf } from "../../../src/recovery/index.js";
import { aJob } from "../kit/a-job.js";
import { aLog, COMMIT, START } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";
import { questionOf } from "../model/fake-builds.js";
import { anyPod } from "./any-pod.js";
import { anySpec } from "./any-spec.js";
import type { Dice } from "./dice.js";

/** One decision of a walk, with what it was made from. */
export interface Step {
  readonly job: StoredJob;
  readonly seen: Observation;
  readonly now: number;
  readonly decision: Decision;
}

const SETTINGS: Settings = freezeJson({
  config: parseOperatorConfig({ registry: { host: "registry.example.com" } }),
  build: "build" as const,
});
const DIGESTS = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`] as const;
const RESOLUTIONS: readonly ResolutionSeen[] = [
  ...(["unasked", "asking", "absent", "present"] as const).map((kind) => ({ kind })),
  { kind: "unknown", message: "no answer" },
];
const LOGS = {
  nothing: aLog([], false),
  half: aLog(passingEvents().slice(0, 3), false),
  cut: aLog(passingEvents().slice(0, 3)),
  passed: aLog(passingEvents()),
  failed: aLog(failingEvents()),
};

/** A job that goes on by its own decisions, in a world that may show it anything. */
export class Walk {
  job: StoredJob;
  now = START;
  /** Whether somebody but the operator wrote into the status. */
  isTampered = false;
  /** Whether somebody asked for a retry: it grants more than the budget. */
  isAsked = false;
  #builds: SeenBuild[] = [];

  constructor(dice: Dice) {
    this.job = freezeJson({ ...aJob().build(), spec: anySpec(dice) });
  }

  /** As the operator reads it. What it wrote itself, and nobody changed, it need not judge again. */
  get status(): JobStatus {
    return statusOf(this.job.status);
  }

  /** Something happens, the operator sees something, and decides. */
  step(dice: Dice): Step {
    this.now += dice.of(0, 0, 1, 500, 2_000, 10_000, 70_000, 700_000, 3_600_000, 90_000_000, -3_600_000);
    if (dice.chance(6)) this.#actAsUser(dice);
    if (dice.chance(2)) this.#tamper(dice);
    const { job, now } = this;
    const seen = this.#see(dice);
    const decision = decide(job, seen, now);
    this.#carryOut(decision);
    return { job, seen, now, decision };
  }

  /** Decides again, in the same moment, about what became of the last decision. */
  again({ seen, now }: Step): Decision {
    const decision = decide(this.job, seen, now);
    this.#carryOut(decision);
    return decision;
  }

  #carryOut({ status, effects }: Decision): void {
    const stored = freezeJson(JSON.parse(JSON.stringify(status)) as JobStatus);
    knowStatus(stored, stored);
    this.job = freezeJson({ ...this.job, status: stored });
    for (const effect of effects) {
      if (effect.kind !== "start-build" || this.#builds.some(({ name }) => name === effect.plan.name)) continue;
      const { name, number, environment, flight } = effect.plan;
      this.#builds.unshift({
        ...{ name, number, flight, strategy: effect.strategy, isPinned: environment.isPinned },
        uid: `uid-of-${name}`,
        createdAt: this.now,
        environmentDigest: environment.digest,
        owners: [this.job.metadata.uid ?? ""],
        observation: { kind: "pending" },
        isAbandoned: false,
      });
    }
  }

  #actAsUser(dice: Dice): void {
    const { metadata } = this.job;
    const what = dice.of("edit", "edit", "suspend", "retry", "reset", "source", "delete");
    const at = toRfc3339(this.now);
    const annotated = (annotations: Record<string, string>): StoredJob => ({
      ...this.job,
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
    });
    const edited = (spec: unknown): StoredJob => ({
      ...this.job,
      spec,
      metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
    });
    const spec = this.job.spec as { suspend?: boolean } | undefined;
    if (what === "retry" || what === "reset") this.isAsked = true;
    this.job = freezeJson(
      {
        edit: () => edited(anySpec(dice)),
        suspend: () => edited({ ...spec, suspend: spec?.suspend !== true }),
        retry: () => annotated({ [ANNOTATION_RETRY_REQUESTED]: dice.of(at, "now", "") }),
        reset: () => annotated({ [ANNOTATION_RETRY_REQUESTED]: at, [ANNOTATION_RETRY_RESET_COUNT]: "true" }),
        source: () => annotated({ [ANNOTATION_SOURCE_CHANGED]: dice.of(at, "abc") }),
        delete: () => ({ ...this.job, metadata: { ...metadata, deletionTimestamp: at } }),
      }[what](),
    );
    if (what === "delete" && dice.chance(90)) {
      const { deletionTimestamp: _kept, ...rest } = this.job.metadata;
      this.job = { ...this.job, metadata: rest };
    }
  }

  /** Somebody writes into the status what no operator would. */
  #tamper(dice: Dice): void {
    this.isTampered = true;
    const status = { ...(this.job.status as object | undefined) } as Record<string, unknown>;
    const fields = [...Object.keys(status), "attempts", "waitingFor", "recovery", "phase", "runId"];
    const isPhase = dice.chance(30);
    const field = isPhase ? "phase" : dice.of(...fields);
    const value = dice.of(
      ...(isPhase ? Phase.options : []),
      undefined,
      null,
      "",
      "x",
      -1,
      1e12,
      true,
      [],
      {},
      [null],
      { kind: 1 },
      [{ number: -1 }],
      "Running",
    );
    this.job = freezeJson({
      ...this.job,
      status: JSON.parse(JSON.stringify({ ...status, [field]: value })) as unknown,
    });
  }

  #see(dice: Dice): Observation {
    const { status, job, now } = this;
    const attempt = openAttempt(status, job.metadata.name);
    const names = [
      ...(attempt && dice.chance(75) ? [attempt.podName] : []),
      ...(dice.chance(10) ? ["titanic-val-earlier-1"] : []),
      ...(status.attempts ?? []).flatMap(({ podName }) =>
        podName !== attempt?.podName && dice.chance(15) ? (podName ?? []) : [],
      ),
    ];
    const anyFailure = () => failureOf(dice.of(...FAILURE_REASONS));
    const environment = dice.maybe(85, () => this.#environment(dice));
    const builds = dice.maybe(90, () => this.#seeBuilds(dice));
    return freezeJson({
      pods: [...new Set(names)].map((name) => anyPod(dice, name, now)),
      source: dice.of(
        { kind: "resolved", commit: COMMIT },
        { kind: "resolved", commit: COMMIT, golden: { commit: COMMIT } },
        dice.of({ kind: "unasked" }, { kind: "resolving" }),
        {
          kind: "failed",
          reason: dice.of("GitNetwork", "GitAuthFailed", "GitRefNotFound", "SecretMissing", "Nonsense"),
          message: "no",
        },
      ),
      ...(environment && { environment }),
      ...(builds && { builds }),
      ...(attempt && dice.chance(70) && { log: LOGS[dice.of("nothing", "half", "cut", "passed", "failed")] }),
      ...(dice.chance(5) && { keyLoss: anyFailure() }),
      ...(dice.chance(8) && { refusal: anyFailure() }),
      ...(dice.chance(5) && { lateUntil: now + 30_000 }),
      ...(dice.chance(40) && {
        resolution: dice.of(...RESOLUTIONS),
      }),
      ...(dice.chance(20) && { followed: { commit: dice.of(COMMIT, COMMIT, "e".repeat(40)) } }),
      ...(dice.chance(1) && { rival: "another operator" }),
      hasRoom: dice.chance(85),
      settings: SETTINGS,
    }) as Observation;
  }

  #environment(dice: Dice): EnvironmentSeen {
    const question = questionOf(this.job, SETTINGS);
    return dice.of(
      ...((question
        ? [{ kind: "read", question, warnings: [] } as const, { kind: "read", question, warnings: [] } as const]
        : []) as []),
      { kind: "unasked" },
      { kind: "reading" },
      { kind: "failed", reason: dice.of("GitNetwork", "DependencyNotFound", "Nonsense"), message: "no" },
    );
  }

  #seeBuilds(dice: Dice): BuildsSeen {
    this.#builds = this.#builds.map((build) => (dice.chance(50) ? { ...build, ...this.#next(dice, build) } : build));
    if (dice.chance(3)) this.#builds = this.#builds.slice(1);
    const followed = this.#builds.find(({ name }) => name === this.status.buildStatus?.buildName);
    const images = this.#builds.flatMap(({ observation }) =>
      observation.kind === "complete" ? [observation.image ?? ""] : [],
    );
    return {
      available: dice.of(["tekton"], ["tekton"], ["s2i", "tekton"], [], undefined),
      builds: this.#builds,
      ...(followed && { followed }),
      hasRoom: dice.chance(90),
      images: Object.fromEntries(images.map((image) => [image, this.#image(dice, image)])),
      publication: dice.of(
        { kind: "unasked" },
        { kind: "publishing" },
        { kind: "published" },
        { kind: "failed", message: "denied" },
      ),
      ...(dice.chance(3) && { tagOwner: { job: "other", image: `registry.example.com/x@${DIGESTS[1]}` } }),
      ...(dice.chance(4) && { refusal: failureOf(dice.of("ApiForbidden", "InvalidSpec", "QuotaExceeded")) }),
    };
  }

  #image(dice: Dice, image: string): ImageSeen {
    const digest = image.slice(image.indexOf("@") + 1);
    return dice.of(
      { kind: "present", digest, environmentDigest: this.#builds[0]?.environmentDigest ?? "" },
      { kind: "present", digest, environmentDigest: this.#builds[0]?.environmentDigest ?? "" },
      { kind: "absent" },
      { kind: "asking" },
      { kind: "unknown", message: "no route" },
    );
  }

  #next(dice: Dice, { observation }: SeenBuild): Partial<SeenBuild> {
    if (observation.kind !== "pending" && observation.kind !== "running") return {};
    const at = toRfc3339(this.now);
    const signal = { reason: "Failed", message: "no" };
    return dice.of(
      { observation: { kind: "running", startTime: at, progress: {} } },
      {
        observation: {
          kind: "complete",
          image: `registry.example.com/team-a/nbv-environments@${DIGESTS[0]}`,
          completionTime: at,
        },
      },
      {
        observation: {
          kind: "complete",
          image: `registry.example.com/team-a/nbv-environments@${DIGESTS[0]}`,
          completionTime: at,
        },
      },
      { observation: { kind: "failed", signal, completionTime: at } },
      {
        observation: { kind: "failed", signal, completionTime: at },
        failure: failureOf(
          dice.of("BuildEvicted", "BuildImagePull", "DependencyConflict", "BuildTimeout", "BuildFailed"),
        ),
      },
      { observation: { kind: "cancelled" } },
      { isAbandoned: true, observation: { kind: "cancelled" } },
    );
  }
}
