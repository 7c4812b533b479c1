import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { API_VERSION, KIND, OPERATOR_NAME, toRfc3339 } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError, isTransient } from "../kube/kube-error.js";
import type { KubernetesObject } from "../kube/object.js";
import type { Resource } from "../kube/resource.js";
import { EVENTS, NOTEBOOK_VALIDATION_JOBS, objectOf, PODS, type Pod, SECRETS } from "../kube/resources.js";
import { failureOf } from "../recovery/index.js";
import { type AttemptRequest, attemptPod, variableSecrets } from "./attempt-pod.js";
import type { Builds } from "./builds/builds.js";
import type { AttemptPlan, Effect, EventNote } from "./decide/decision.js";
import type { StoredJob } from "./decide/job.js";
import type { Observation } from "./decide/observation.js";
import { readTurn } from "./decide/read-turn.js";
import { DONE, type EffectResult, NameTaken, refusalOf } from "./refusal.js";
import type { ReportConfigMaps, ReportWanted } from "./report-config-map.js";
import type { SigningKey } from "./signing-key.js";
import type { SourceDesk } from "./source-desk.js";

export interface EffectsOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "delete">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signingKey: Pick<SigningKey, "publicKey" | "proofOf">;
  readonly desk: Pick<SourceDesk, "ask">;
  readonly reports: Pick<ReportConfigMaps, "write">;
  /** Absent = nothing is built. */
  readonly builds?: Pick<Builds, "perform"> | undefined;
  readonly fetcher?: AttemptRequest["fetcher"];
  readonly localTree?: string | undefined;
}

/** Performs effects. Knows the API server's manners and nothing of notebooks; each effect may come twice. */
export class Effects {
  readonly #options: EffectsOptions;

  constructor(options: EffectsOptions) {
    this.#options = options;
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
      case "start-attempt":
        return this.#startAttempt(job, effect.plan, seen);
      case "delete-pod":
        await this.#delete(PODS, { namespace, name: effect.name }, { uid: effect.uid });
        return DONE;
      case "delete-job":
        await this.#delete(NOTEBOOK_VALIDATION_JOBS, { namespace, name: job.metadata.name }, guardOf(job));
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

  async #delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: { namespace: string; name: string },
    guard: { uid?: string; resourceVersion?: string },
  ): Promise<void> {
    try {
      await this.#options.cluster.delete(resource, key, guard);
    } catch (error) {
      // Gone, or another object by now: either way the one that was meant is not there.
      if (!isKubeError(error, "NotFound", "Conflict")) throw error;
    }
  }

  /** Events are for people and worth no retry: one that is lost leaves the job's status complete all the same. */
  async #emit(job: StoredJob, note: EventNote): Promise<void> {
    const { cluster, clock, logger } = this.#options;
    const { name, namespace = "", uid = "", resourceVersion = "" } = job.metadata;
    const id = createHash("sha256").update([uid, resourceVersion, note.reason, note.message].join("|")).digest("hex");
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

function guardOf({ metadata: { uid, resourceVersion } }: StoredJob): { uid?: string; resourceVersion?: string } {
  return { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
}

function unreachable(effect: never): never {
  throw new Error(`unexpected effect ${JSON.stringify(effect)}`);
}
