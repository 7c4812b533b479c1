import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { API_VERSION, KIND, OPERATOR_NAME, toRfc3339 } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError, isTransient } from "../kube/kube-error.js";
import { EVENTS, NOTEBOOK_VALIDATION_JOBS, objectOf, PODS, type Pod, SECRETS } from "../kube/resources.js";
import { failureOf, sentence } from "../recovery/index.js";
import { type AttemptRequest, attemptPod, variableSecrets } from "./attempt-pod.js";
import type { Builds } from "./builds/builds.js";
import type { AttemptPlan, Effect, EventNote } from "./decide/decision.js";
import type { StoredJob } from "./decide/job.js";
import type { Observation } from "./decide/observation.js";
import { hasEnded } from "./decide/pods.js";
import { readTurn } from "./decide/read-turn.js";
import { DONE, type EffectResult, NameTaken, refusalOf } from "./refusal.js";
import type { ReportConfigMaps, ReportWanted } from "./report-config-map.js";
import type { ResolutionDesk } from "./resolution-desk.js";
import type { RunnerFiles } from "./runner-archive.js";
import { RunnerConfigMaps } from "./runner-config-map.js";
import type { SigningKey } from "./signing-key.js";
import type { SourceDesk } from "./source-desk.js";

export interface EffectsOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "patch" | "delete">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signingKey: Pick<SigningKey, "publicKey" | "proofOf">;
  readonly desk: Pick<SourceDesk, "ask">;
  /** Absent = nobody looks at what jobs wait for. */
  readonly resolutions?: Pick<ResolutionDesk, "ask"> | undefined;
  readonly reports: Pick<ReportConfigMaps, "write">;
  /** Absent = nothing is built. */
  readonly builds?: Pick<Builds, "perform"> | undefined;
  readonly fetcher?: AttemptRequest["fetcher"];
  /** @default the runner beside this program */
  readonly runner?: (() => Promise<RunnerFiles>) | undefined;
  readonly localTree?: string | undefined;
}

/** Tries again to delete a pod, after a lasting no; milliseconds. */
const UNDELETED_POLL_MS = 5 * 60_000;
/** Least time between two such tries, however often the job is looked at; milliseconds. */
const UNDELETED_PAUSE_MS = 15_000;

/** Performs effects. Knows the API server's manners and nothing of notebooks; each effect may come twice. */
export class Effects {
  readonly #options: EffectsOptions;
  readonly #runner: RunnerConfigMaps;
  /** Pods that nobody let go, by UID: until when they are left alone, by {@link Clock.elapsed}. */
  readonly #undeleted = new Map<string, number>();

  constructor(options: EffectsOptions) {
    this.#options = options;
    this.#runner = new RunnerConfigMaps(options.cluster, options.runner);
  }

  /**
   * @param job as it was read or written last: its `resourceVersion` guards what must not happen to a changed job
   * @throws KubeError when the effect may work later
   */
  async perform(job: StoredJob, effect: Effect, seen: Observation): Promise<EffectResult> {
    const { namespace = "", uid = "" } = job.metadata;
    switch (effect.kind) {
      case "ask-source":
        this.#options.desk.ask(uid, effect.ticket, { ...effect, namespace });
        return DONE;
      case "ask-environment":
      case "ask-image":
      case "start-build":
      case "join-build":
      case "publish-image":
        return this.#options.builds?.perform(job, effect) ?? DONE;
      case "ask-resolution":
        this.#options.resolutions?.ask(uid, namespace, effect);
        return DONE;
      case "label-job":
        await this.#label(job, effect.labels);
        return DONE;
      case "start-attempt":
        return this.#startAttempt(job, effect.plan, seen);
      case "delete-pod":
        return this.#deleteSurplusPod(job, effect);
      case "delete-job":
        await this.#deleteJob(job);
        return DONE;
      case "write-report":
        await this.#writeReport(job, effect);
        return DONE;
      case "emit":
        await this.#emit(job, effect.note);
        return DONE;
      default:
        return unreachable(effect);
    }
  }

  /** Labels are for people's selectors: one that is refused for good is worth no retry, since the status tells the same. */
  async #label(job: StoredJob, labels: Readonly<Record<string, string | null>>): Promise<void> {
    const { cluster, logger } = this.#options;
    const { name, namespace = "", resourceVersion } = job.metadata;
    try {
      const metadata = { ...(resourceVersion !== undefined && { resourceVersion }), labels };
      await cluster.patch(NOTEBOOK_VALIDATION_JOBS, { namespace, name }, { metadata });
    } catch (error) {
      // It changed meanwhile, or is gone: the watch that tells so has it looked at again.
      if (isKubeError(error, "Conflict", "NotFound")) return;
      if (!isKubeError(error, "Forbidden", "Invalid", "BadRequest") || isTransient(error)) throw error;
      logger.warn({ job: `${namespace}/${name}`, err: error }, "the label of a dead letter could not be changed");
    }
  }

  async #writeReport(job: StoredJob, effect: ReportWanted): Promise<void> {
    const problem = await this.#options.reports.write(job, effect);
    if (problem !== undefined) await this.#emit(job, { type: "Warning", reason: "ReportNotWritten", message: problem });
  }

  async #startAttempt(job: StoredJob, plan: AttemptPlan, seen: Observation): Promise<EffectResult> {
    const { signingKey, fetcher, localTree } = this.#options;
    const { name, namespace = "", uid = "" } = job.metadata;
    const { reading } = readTurn(job, seen, 0);
    if (!reading.ok) return { kind: "refused", failure: failureOf("InvalidSpec", { message: reading.problem }) };
    try {
      const { spec, effective } = reading;
      const identity = { name, namespace, uid };
      const secretKeys = await this.#secretKeys(namespace, variableSecrets(spec));
      const { config } = seen.settings;
      const runner = plan.sourceDirectory === undefined ? undefined : await this.#runner.bring(job);
      const pod = attemptPod({
        job: identity,
        spec,
        effective,
        plan,
        sealFor: signingKey.publicKey,
        proof: signingKey.proofOf({ namespace, jobUid: uid, runId: plan.runId, attempt: plan.number }),
        secretKeys,
        config,
        fetcher,
        localTree,
        runner,
      });
      await this.#createPod(objectOf(PODS, pod), uid);
      return DONE;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Creates the pod, unless an earlier try did. @throws NameTaken when one of that name is somebody else's */
  async #createPod(draft: Pod, jobUid: string): Promise<void> {
    const { cluster } = this.#options;
    try {
      await cluster.create(PODS, draft);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
      const { namespace = "", name } = draft.metadata;
      const found = await cluster.get(PODS, { namespace, name });
      const owner = found.metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner?.uid !== jobUid) throw new NameTaken(PODS.kind, name);
    }
  }

  async #secretKeys(namespace: string, names: readonly string[]): Promise<Record<string, string[]>> {
    const keys: Record<string, string[]> = {};
    for (const name of names) {
      try {
        keys[name] = Object.keys((await this.#options.cluster.get(SECRETS, { namespace, name })).data ?? {});
      } catch (error) {
        if (isTransient(error)) throw error;
        // A missing Secret keeps the pod from starting, which says more than we could; its values can't leak.
        this.#options.logger.warn({ secret: name, err: error }, "a Secret of the job could not be read for redaction");
      }
    }
    return keys;
  }

  /** Nothing of the job waits for a pod that policy lets nobody delete, but for a start beside it, which its decision stops. */
  async #deleteSurplusPod(job: StoredJob, effect: Effect & { kind: "delete-pod" }): Promise<EffectResult> {
    const now = this.#options.clock.elapsed();
    for (const [uid, until] of this.#undeleted) if (until <= now) this.#undeleted.delete(uid);
    if (this.#undeleted.has(effect.uid)) return { kind: "put-off", afterMs: UNDELETED_POLL_MS };
    try {
      await this.#deletePod(job.metadata.namespace ?? "", effect);
      return DONE;
    } catch (error) {
      if (!isKubeError(error, "Forbidden")) throw error;
      this.#undeleted.set(effect.uid, now + UNDELETED_PAUSE_MS);
      const message = sentence(`Pod ${effect.name} could not be deleted: ${error.message}`);
      await this.#emit(job, { type: "Warning", reason: "PodNotDeleted", message }, effect.uid);
      return { kind: "put-off", afterMs: UNDELETED_POLL_MS };
    }
  }

  /** A pod that was seen at work may have ended since, unseen: its log is worth more than its going. */
  async #deletePod(namespace: string, { name, uid, liveAt }: Effect & { kind: "delete-pod" }): Promise<void> {
    const { cluster } = this.#options;
    const key = { namespace, name };
    if (liveAt === undefined) return void (await unlessGone(() => cluster.delete(PODS, key, { uid })));
    try {
      await cluster.delete(PODS, key, { uid, resourceVersion: liveAt });
    } catch (error) {
      if (!isKubeError(error, "NotFound", "Conflict")) throw error;
      await unlessGone(async () => {
        const found = await cluster.get(PODS, key);
        // Whoever is told of its end decides how long it stays.
        if (found.metadata.uid === uid && !hasEnded(found)) await cluster.delete(PODS, key, { uid });
      });
    }
  }

  async #deleteJob(job: StoredJob): Promise<void> {
    const { cluster, logger } = this.#options;
    const { namespace = "", name } = job.metadata;
    const key = { namespace, name };
    const isDeleted = await unlessGone(() => cluster.delete(NOTEBOOK_VALIDATION_JOBS, key, guardOf(job)));
    if (isDeleted) logger.info({ job: `${namespace}/${name}` }, "a job whose time is over was deleted");
  }

  /**
   * Events are for people and worth no retry: one that is lost leaves the job's status complete all the same.
   * @param occasion for which it is told once. @default the job as it was written last
   */
  async #emit(job: StoredJob, note: EventNote, occasion = job.metadata.resourceVersion ?? ""): Promise<void> {
    const { cluster, clock, logger } = this.#options;
    const { name, namespace = "", uid = "", resourceVersion = "" } = job.metadata;
    const id = createHash("sha256").update([uid, occasion, note.reason, note.message].join("|")).digest("hex");
    const at = toRfc3339(clock.now());
    const event = objectOf(EVENTS, {
      metadata: { name: `${name.slice(0, 230)}.${id.slice(0, 16)}`, namespace },
      ...{
        involvedObject: { apiVersion: API_VERSION, kind: KIND, name, namespace, uid, resourceVersion },
        type: note.type,
        reason: note.reason,
        message: note.message,
        firstTimestamp: at,
        lastTimestamp: at,
        count: 1,
        source: { component: OPERATOR_NAME },
        reportingComponent: OPERATOR_NAME,
        reportingInstance: OPERATOR_NAME,
      },
    });
    try {
      await cluster.create(EVENTS, event);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists"))
        logger.debug({ job: `${namespace}/${name}`, err: error }, "an event was lost");
    }
  }
}

/**
 * Does what is in vain when the object is gone, or is another one by now: either way the one that was meant is not there.
 * @returns whether it was done
 */
async function unlessGone(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isKubeError(error, "NotFound", "Conflict")) throw error;
    return false;
  }
}

function guardOf({ metadata: { uid, resourceVersion } }: StoredJob): { uid?: string; resourceVersion?: string } {
  return { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
}

function unreachable(effect: never): never {
  throw new Error(`unexpected effect ${JSON.stringify(effect)}`);
}
