import { type Attempt, fromRfc3339, type Instant } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import type { KubernetesObject } from "../kube/object.js";
import { PODS, type Pod } from "../kube/resources.js";
import type { JobStatus } from "./decide/job.js";

/** How long a pod that was made is believed to be there, though no watch has told it. */
const ASSUMED_FOR_MS = 30_000;

/** Longest time after which a request that got no answer may still be carried out: the API server's `--request-timeout`. */
export const LATE_CREATE_MS = 60_000;

/** With these answers nothing was made, and nothing will be. */
const REFUSALS = [
  "BadRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "MethodNotAllowed",
  "NotAcceptable",
  "AlreadyExists",
  "Conflict",
  "RequestEntityTooLarge",
  "UnsupportedMediaType",
  "Invalid",
  "TooManyRequests",
] as const;

/** What effects need of a cluster. */
export type MakingCluster = Pick<Cluster, "get" | "create" | "patch" | "delete">;

/** The last pod that this process tried to make for a job. A value: it is replaced, never changed. */
export interface PodTry {
  readonly podName: string;
  /** Present when no answer came: until when the pod may still come to be; by {@link Clock.elapsed}. */
  readonly lateUntil?: number;
  /** Present when it was made, until the cache has told of it. */
  readonly assumed?: { readonly pod: Pod; readonly until: number };
}

/**
 * Pods that were made and that the cache does not have yet, as the scheduler's cache assumes pods that it has bound.
 * So a look right after the making neither misses the pod nor has to ask the API server. Lost with the process, whose
 * successor begins with a cache that was filled after everything that this one was answered.
 */
export class AssumedPods {
  readonly #clock: Clock;
  readonly #isCached: (pod: Pod) => boolean;
  readonly #tries: Map<string, PodTry>;
  #startedAt: Instant;
  /** Until when a pod may still come to be that a process before this one asked for; by {@link Clock.elapsed}. */
  #predecessorLateUntil: number;

  /**
   * @param isCached whether the cache has that very pod (by UID)
   * @param tries by UID of the job. @default none
   */
  constructor(clock: Clock, isCached: (pod: Pod) => boolean, tries = new Map<string, PodTry>()) {
    this.#clock = clock;
    this.#isCached = isCached;
    this.#tries = tries;
    this.#startedAt = clock.now();
    this.#predecessorLateUntil = clock.elapsed() + LATE_CREATE_MS;
  }

  /** The process begins to act: whoever did before has asked for nothing since. @param at @default now */
  begin(at: Instant = this.#clock.now()): void {
    this.#startedAt = at;
    this.#predecessorLateUntil = this.#clock.elapsed() - (this.#clock.now() - at) + LATE_CREATE_MS;
  }

  /** The same door to the cluster, with a note taken of every pod that is made. */
  through(cluster: MakingCluster): MakingCluster {
    return {
      get: (...request) => cluster.get(...request),
      patch: (...request) => cluster.patch(...request),
      delete: (...request) => cluster.delete(...request),
      create: async (resource, object, options) => {
        const jobUid = resource.group === PODS.group && resource.plural === PODS.plural ? ownerUid(object) : undefined;
        if (jobUid === undefined) return cluster.create(resource, object, options);
        const { name } = object.metadata;
        try {
          const made = await cluster.create(resource, object, options);
          this.#note(jobUid, name, { made: made as unknown as Pod });
          return made;
        } catch (error) {
          this.#note(jobUid, name, { isLate: !isKubeError(error, ...REFUSALS) });
          throw error;
        }
      },
    };
  }

  #note(jobUid: string, podName: string, answer: { readonly made?: Pod; readonly isLate?: boolean }): void {
    const now = this.#clock.elapsed();
    // An earlier request without an answer stays open, whatever the answer to this one.
    const lateUntil = answer.isLate === true ? now + LATE_CREATE_MS : this.#tries.get(jobUid)?.lateUntil;
    const { made } = answer;
    this.#tries.set(jobUid, {
      podName,
      ...(lateUntil !== undefined && { lateUntil }),
      ...(made !== undefined && !this.#isCached(made) && { assumed: { pod: made, until: now + ASSUMED_FOR_MS } }),
    });
  }

  /** The pod that was made for the job and that the cache has not told of. */
  of(jobUid: string): { readonly pod: Pod; readonly until: Instant } | undefined {
    const assumed = this.#tries.get(jobUid)?.assumed;
    const until = this.#dateOf(assumed?.until);
    return assumed === undefined || until === undefined ? undefined : { pod: assumed.pod, until };
  }

  /**
   * Until when a pod of the job may still come to be that is asked for already. Such a pod must not get company by one
   * under another name; under its own name it gets none anyhow. Either this process asked and got no answer, or one
   * before it may have: then the attempt that the status names as the last is one whose pod this process knows nothing
   * of, and that was under way when the process began.
   * @param pods of the job, as they are known
   */
  lateUntil(jobUid: string, { attempts, validationPodName }: JobStatus, pods: readonly Pod[]): Instant | undefined {
    const own = this.#tries.get(jobUid);
    const ownUntil = this.#dateOf(own?.lateUntil);
    if (ownUntil !== undefined) return ownUntil;
    const until = this.#dateOf(this.#predecessorLateUntil);
    const last = attempts?.[0];
    if (until === undefined || last?.podName === undefined) return undefined;
    if (pods.some(({ metadata }) => metadata.name === last.podName)) return undefined;
    // What this process made, one before it may have asked for, too: once the pod is gone, its name is free again.
    if (last.podName === own?.podName) return this.#beganBefore(last) ? until : undefined;
    if (last.podName === validationPodName) return undefined;
    const endedAt = fromRfc3339(last.completionTime);
    return endedAt === undefined || endedAt > this.#startedAt - LATE_CREATE_MS ? until : undefined;
  }

  /** The date of that moment, as the calendar says by now; `undefined` when it has passed. */
  #dateOf(elapsed: number | undefined): Instant | undefined {
    const leftMs = (elapsed ?? Number.NEGATIVE_INFINITY) - this.#clock.elapsed();
    return leftMs > 0 ? this.#clock.now() + leftMs : undefined;
  }

  /**
   * Whether a process before this one counted the attempt. Times of a status are whole seconds: what began in the very
   * second of the start is its own, as no process begins to act within a second of its predecessor's last request.
   */
  #beganBefore({ startTime }: Attempt): boolean {
    const began = fromRfc3339(startTime);
    return began === undefined || began < Math.floor(this.#startedAt / 1000) * 1000;
  }

  /** The cache told of a pod: that it is there, that it changed, or that it is gone. */
  told(jobUid: string, pod: Pod): void {
    const last = this.#tries.get(jobUid);
    if (last?.assumed === undefined || last.assumed.pod.metadata.uid !== pod.metadata.uid) return;
    const { assumed: _told, ...rest } = last;
    this.#tries.set(jobUid, rest);
  }

  /** The job is gone, or has come to its end. */
  forget(jobUid: string): void {
    this.#tries.delete(jobUid);
  }
}

function ownerUid({ metadata }: KubernetesObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}
