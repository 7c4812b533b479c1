import type { Logger } from "pino";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import type { JsonObject } from "../kube/json.js";
import { isKubeError } from "../kube/kube-error.js";
import { createMergePatch } from "../kube/merge-patch.js";
import type { ObjectKey } from "../kube/object.js";
import { NOTEBOOK_VALIDATION_JOBS, type NotebookValidationJobObject } from "../kube/resources.js";
import type { AssumedPods } from "./assumed-pods.js";
import type { Builds } from "./builds/builds.js";
import { withKnownSpec } from "./cached-objects.js";
import type { Capacity } from "./capacity.js";
import { decide } from "./decide/decide.js";
import type { Decision, Effect } from "./decide/decision.js";
import type { JobStatus } from "./decide/job.js";
import type { Observation } from "./decide/observation.js";
import type { Effects } from "./effects.js";
import type { JobLedger } from "./job-ledger.js";
import type { LeavingPods } from "./leaving-pods.js";
import type { Observer, Refusal } from "./observer.js";

export interface ReconcilerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The job as the cache has it. */
  readonly jobOf: (key: ObjectKey) => NotebookValidationJobObject | undefined;
  readonly observer: Observer;
  readonly effects: Effects;
  readonly capacity: Capacity;
  readonly ledger: JobLedger;
  readonly assumed: Pick<AssumedPods, "of" | "forget">;
  readonly leaving?: Pick<LeavingPods, "forget"> | undefined;
  /** Absent = nothing is built. */
  readonly builds?: Pick<Builds, "release" | "forget"> | undefined;
  /** Told of every status that was written. */
  readonly onTransition?: (job: NotebookValidationJobObject, before: JobStatus, after: JobStatus) => void;
}

/** How a reconcile ended well. */
export interface ReconcileResult {
  /** Look again after so many milliseconds. */
  readonly requeueAfterMs?: number;
}

/** Rounds of one reconcile before it makes room for others: each conflict and each refusal costs one. */
const MAX_ROUNDS = 5;

/** A job that the API server has lost, says one answer: by then the cache will have lost it too, or it is still there. */
const GONE_RECHECK_MS = 30_000;

/** These change the cluster, and must not come from a decision about an outdated job. */
const CHANGES_CLUSTER: ReadonlySet<Effect["kind"]> = new Set([
  "start-attempt",
  "start-build",
  "join-build",
  "publish-image",
  "delete-pod",
  "delete-job",
]);

/**
 * One job, one step towards what it asks for: observe, decide, write the status, perform the effects.
 *
 * Caches lag, so no effect comes from a cached job alone: writing the status proves that it was current (the write
 * carries its resourceVersion), and a decision that writes none is checked by reading the job again.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #refusals = new Map<string, Refusal>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** @throws KubeError when it has to be tried again later */
  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const { capacity, ledger, assumed } = this.#options;
    const cached = this.#options.jobOf(key);
    if (cached === undefined) return {};
    const uid = cached.metadata.uid ?? "";
    try {
      let job: NotebookValidationJobObject | undefined = ledger.newest(cached);
      let isCurrent = false;
      for (let round = 0; round < MAX_ROUNDS && job !== undefined; round++) {
        const { seen, decision } = await this.#decide(job);
        const before = (job.status ?? {}) as JsonObject;
        const patch = createMergePatch(before, decision.status);
        const waitMs = patch === undefined || decision.write === "now" ? 0 : ledger.dueInMs(job);
        if (patch !== undefined && waitMs === 0) {
          const written: NotebookValidationJobObject | undefined = await this.#write(job, patch, decision.status);
          isCurrent = true;
          if (written === undefined) {
            job = await this.#read(key, uid);
            continue;
          }
          job = written;
          this.#options.onTransition?.(job, before, decision.status);
        } else {
          ledger.keep(job, patch && decision.status);
          if (!isCurrent && decision.effects.some(({ kind }) => CHANGES_CLUSTER.has(kind))) {
            job = await this.#read(key, uid);
            isCurrent = true;
            continue;
          }
        }
        let isRefused = false;
        let putOffMs: number | undefined;
        for (const effect of decision.effects) {
          const result = await this.#options.effects.perform(job, effect, seen);
          if (effect.kind === "start-attempt" && result.kind === "done") capacity.started(uid);
          if (result.kind === "done") continue;
          if (result.kind === "put-off") {
            putOffMs = Math.min(putOffMs ?? result.afterMs, result.afterMs);
            continue;
          }
          isRefused = true;
          this.#refusals.set(uid, { ...refusedBy(effect), failure: result.failure });
        }
        if (isRefused) continue;
        // The next build may have the same name: the refusal was for this one.
        if (this.#refusals.get(uid)?.of === "build") this.#refusals.delete(uid);
        // Should no watch ever tell of a pod that was made, it has to be asked for.
        const assumedUntil = assumed.of(uid)?.until;
        return soonest(
          decision.requeueAfterMs,
          waitMs === 0 ? undefined : waitMs,
          putOffMs,
          assumedUntil && assumedUntil - this.#options.clock.now(),
        );
      }
      return { requeueAfterMs: job === undefined ? GONE_RECHECK_MS : 0 };
    } finally {
      capacity.release(uid);
      this.#options.builds?.release(uid);
    }
  }

  async #decide(job: NotebookValidationJobObject): Promise<{ seen: Observation; decision: Decision }> {
    const { clock, ledger, observer } = this.#options;
    const refusal = this.#refusals.get(job.metadata.uid ?? "");
    const decided = ledger.asDecided(job);
    const seen = await observer.observe(decided, refusal);
    const decision = decide(decided, seen, clock.now());
    const starts = decision.effects.some(({ kind }) => kind === "start-attempt");
    if (!starts || !mayHavePods(job)) return { seen, decision };
    // A pod that the cache does not have yet would get company.
    const sure = await observer.observe(decided, refusal, true);
    return { seen: sure, decision: decide(decided, sure, clock.now()) };
  }

  /** The job is gone. */
  forget(uid: string): void {
    this.#refusals.delete(uid);
    this.#options.ledger.forget(uid);
    this.#options.assumed.forget(uid);
    this.#options.leaving?.forget(uid);
    this.#options.capacity.drop(uid);
    this.#options.builds?.forget(uid);
  }

  /** @returns the job with its new status; `undefined` when it changed meanwhile or is gone */
  async #write(
    job: NotebookValidationJobObject,
    changes: JsonObject,
    status: JobStatus,
  ): Promise<NotebookValidationJobObject | undefined> {
    const { namespace = "", name, resourceVersion } = job.metadata;
    try {
      const patch = { metadata: { resourceVersion }, status: changes };
      const answer = await this.#options.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, { namespace, name }, patch);
      const written = withKnownSpec(answer, job);
      this.#options.ledger.written(written, status);
      return written;
    } catch (error) {
      if (isKubeError(error, "Conflict", "NotFound")) return undefined;
      throw error;
    }
  }

  /** The job as the API server has it; `undefined` when that very object is gone. */
  async #read(key: ObjectKey, uid: string): Promise<NotebookValidationJobObject | undefined> {
    try {
      const job = await this.#options.cluster.get(NOTEBOOK_VALIDATION_JOBS, key);
      if (job.metadata.uid !== uid) return undefined;
      this.#options.ledger.read(job);
      return job;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

/**
 * Whether a pod of the job may be there that the cache lacks. Not before its first attempt: an attempt is in the written
 * status before its pod is made, by whichever operator, and the write of this first one proves that there was none
 * (it is refused unless the job is still as it was read). From the second on, the API server is asked.
 */
function mayHavePods({ status }: NotebookValidationJobObject): boolean {
  const { attempts = [] } = (status ?? {}) as { attempts?: unknown };
  return !Array.isArray(attempts) || attempts.length > 0;
}

/** The object that the API server would not have. */
function refusedBy(effect: Effect): Pick<Refusal, "of" | "name"> {
  if (effect.kind === "start-build") return { of: "build", name: effect.plan.name };
  return { of: "pod", name: effect.kind === "start-attempt" ? effect.plan.podName : "" };
}

function soonest(...delays: readonly (number | undefined)[]): ReconcileResult {
  const known = delays.filter((delay) => delay !== undefined);
  return known.length === 0 ? {} : { requeueAfterMs: Math.min(...known) };
}
