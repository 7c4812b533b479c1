import { LABEL_JOB } from "../api/index.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import { PODS, type Pod } from "../kube/resources.js";
import type { Failure } from "../recovery/index.js";
import { labelValue, NOTEBOOK_CONTAINER, verdictFromTermination } from "../validation/index.js";
import type { AssumedPods } from "./assumed-pods.js";
import type { Builds } from "./builds/builds.js";
import type { Capacity } from "./capacity.js";
import { type OpenAttempt, openAttempt } from "./decide/attempts.js";
import { isTerminal, type JobStatus, type StoredJob } from "./decide/job.js";
import type { Observation, Settings } from "./decide/observation.js";
import { hasEnded, notebookState } from "./decide/pods.js";
import { readTurn } from "./decide/read-turn.js";
import { sourceTicket } from "./decide/source-ticket.js";
import type { Turn } from "./decide/turn.js";
import { resolutionQuestion } from "./decide/waiting/resolution-question.js";
import type { FollowedJobs } from "./followed-jobs.js";
import { handedOverKey, type KeySeen } from "./handed-over-key.js";
import type { LeavingPods } from "./leaving-pods.js";
import type { LogFollower } from "./log-follower.js";
import type { PodEvents } from "./pod-events.js";
import { priorityOf } from "./priority.js";
import type { ResolutionDesk } from "./resolution-desk.js";
import type { Rival } from "./rival.js";
import type { SigningKey } from "./signing-key.js";
import type { SourceDesk } from "./source-desk.js";

export interface ObserverOptions {
  readonly cluster: Pick<Cluster, "get" | "list">;
  /** Cached pods that carry our labels and whose controller has this UID. */
  readonly podsOf: (jobUid: string) => readonly Pod[];
  /** Pods that were made and that the cache does not have yet. */
  readonly assumed: Pick<AssumedPods, "of" | "lateUntil">;
  /** Absent = the API server's calendar is the operator's. */
  readonly leaving?: Pick<LeavingPods, "dated"> | undefined;
  readonly desk: Pick<SourceDesk, "look">;
  /** Absent = nobody looks at what jobs wait for: they find out by trying. */
  readonly resolutions?: Pick<ResolutionDesk, "look" | "forget"> | undefined;
  readonly logs: Pick<LogFollower, "follow" | "last" | "keyOf" | "forget">;
  readonly podEvents: Pick<PodEvents, "look">;
  readonly signingKey: SigningKey;
  readonly capacity: Capacity;
  readonly settings: Settings;
  readonly rival?: Rival | undefined;
  /** Absent = nothing is built. */
  readonly builds?: Pick<Builds, "observe"> | undefined;
  /** Absent = no branch is followed. */
  readonly follow?: Pick<FollowedJobs, "look"> | undefined;
}

/** A refusal of the API server, remembered for the decision that follows it. */
export interface Refusal {
  readonly of: "pod" | "build";
  /** Of the object that it would not have. */
  readonly name: string;
  readonly failure: Failure;
}

/** What can be told of the current attempt's runner. */
type Heard = Pick<Observation, "log" | "keyLoss">;

/** Gathers what a decision may depend on. */
export class Observer {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /**
   * @param isSure whether the API server is asked for the job's pods, in place of the cache
   * @throws KubeError when the API server has to be asked and does not answer
   */
  async observe(job: StoredJob, refusal: Refusal | undefined, isSure = false): Promise<Observation> {
    const { desk, settings, rival } = this.#options;
    const { uid = "" } = job.metadata;
    const turn = readTurn(job, { pods: [], source: { kind: "unasked" }, hasRoom: false, settings }, 0);
    const { status } = turn;
    const found = isSure ? await this.#surePods(job) : await this.#pods(job, status);
    const pods = this.#options.leaving?.dated(uid, found) ?? found;
    const attempt = openAttempt(status, job.metadata.name);
    const { log, keyLoss } = this.#log(job, status, pods);
    const current = pods.find(({ metadata }) => metadata.name === attempt?.podName);
    const podEvents = current && (await this.#options.podEvents.look(current));
    const lateUntil = this.#options.assumed.lateUntil(uid, status, pods);
    const { environment, builds } = this.#options.builds?.observe(job) ?? {};
    const isRefused = refusal?.name === (refusal?.of === "build" ? status.buildStatus?.buildName : attempt?.podName);
    return {
      pods,
      ...(lateUntil !== undefined && { lateUntil }),
      source: desk.look(uid, sourceTicket(status)),
      ...(log && { log }),
      ...(keyLoss && { keyLoss }),
      ...(podEvents && { podEvents }),
      ...(environment && { environment }),
      ...(builds && {
        builds: refusal?.of === "build" && isRefused ? { ...builds, refusal: refusal.failure } : builds,
      }),
      ...(refusal?.of === "pod" && isRefused && { refusal: refusal.failure }),
      ...this.#resolution(uid, turn),
      ...(this.#options.follow && { followed: this.#options.follow.look(uid) }),
      ...(rival?.name !== undefined && { rival: rival.name }),
      hasRoom: this.#hasRoom(job, status, pods),
      settings,
    };
  }

  /** Pods that are cached or were made just now. The current attempt's has to be among them, or surely absent. */
  async #pods(job: StoredJob, status: JobStatus): Promise<readonly Pod[]> {
    const { name, namespace = "", uid = "" } = job.metadata;
    const cached = this.#options.podsOf(uid);
    const made = this.#options.assumed.of(uid)?.pod;
    const isKnown = made === undefined || cached.some(({ metadata }) => metadata.name === made.metadata.name);
    const pods = isKnown ? cached : [...cached, made];
    const podName = isTerminal(status.phase) ? undefined : openAttempt(status, name)?.podName;
    if (podName === undefined || pods.some(({ metadata }) => metadata.name === podName)) return pods;
    try {
      const found = await this.#options.cluster.get(PODS, { namespace, name: podName });
      return isControlledBy(found, uid) ? [...pods, found] : pods;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return pods;
      throw error;
    }
  }

  async #surePods(job: StoredJob): Promise<readonly Pod[]> {
    const { name, namespace = "", uid = "" } = job.metadata;
    const labelSelector = `${LABEL_JOB}=${labelValue(name)}`;
    const { items } = await this.#options.cluster.list(PODS, { namespace, labelSelector });
    return items.filter((pod) => isControlledBy(pod, uid));
  }

  #resolution(uid: string, turn: Turn): Pick<Observation, "resolution"> {
    const { resolutions } = this.#options;
    const question = resolutionQuestion(turn);
    if (question === undefined) {
      resolutions?.forget(uid);
      return {};
    }
    return { resolution: resolutions?.look(uid, question.ticket) ?? { kind: "unknown", message: "nobody looks" } };
  }

  #log(job: StoredJob, status: JobStatus, pods: readonly Pod[]): Heard {
    const { logs } = this.#options;
    const { name, namespace = "" } = job.metadata;
    const jobKey = `${namespace}/${name}`;
    const attempt = openAttempt(status, name);
    if (attempt === undefined || isTerminal(status.phase)) {
      logs.forget(jobKey);
      return {};
    }
    const pod = pods.find(({ metadata }) => metadata.name === attempt.podName);
    if (pod === undefined) {
      const log = logs.last(jobKey, attempt.podName);
      return log ? { log } : {};
    }
    const seen = this.#key(job, attempt, pod);
    if (seen.kind === "lost") return { keyLoss: seen.failure };
    const { startedAt, exit } = notebookState(pod);
    if (seen.kind === "pending" || (startedAt === undefined && exit === undefined)) return {};
    const { key } = seen;
    const podUid = pod.metadata.uid ?? "";
    const followed = logs.follow(
      {
        jobKey,
        pod: { namespace, name: attempt.podName },
        podUid,
        container: NOTEBOOK_CONTAINER,
        key,
      },
      hasEnded(pod),
    );
    const termination = verdictFromTermination(key, exit?.message);
    const { progress, isFinal } = followed;
    return { log: { progress, isFinal, ...(termination && { termination }) } };
  }

  /** The attempt's key: what the follower holds outlives the init container, which a node may clear away. */
  #key({ metadata }: StoredJob, { runId, number }: OpenAttempt, pod: Pod): KeySeen {
    const { logs, signingKey } = this.#options;
    const { name, namespace = "", uid: jobUid = "" } = metadata;
    const key = logs.keyOf(`${namespace}/${name}`, pod.metadata.uid ?? "");
    if (key !== undefined) return { kind: "known", key };
    return handedOverKey(pod, { namespace, jobUid, runId, attempt: number }, signingKey);
  }

  /** An attempt whose pod is not there wants a place, counted or not: anybody can write a counted one into a status. */
  #hasRoom(job: StoredJob, status: JobStatus, pods: readonly Pod[]): boolean {
    const { namespace = "", name, uid = "" } = job.metadata;
    const { capacity } = this.#options;
    const podName = openAttempt(status, name)?.podName;
    const hasPod = podName !== undefined && pods.some(({ metadata }) => metadata.name === podName);
    const mayStart = !isTerminal(status.phase) && status.phase !== undefined && !hasPod;
    if (isTerminal(status.phase)) capacity.drop(uid);
    if (!mayStart) return true;
    // Its pod comes in a later decision, when there is an image: until then it keeps no place from others.
    if (status.phase === "Building") return false;
    if (capacity.reserve({ jobUid: uid, namespace })) return true;
    capacity.wait({ key: `${namespace}/${name}`, namespace, priority: priorityOf(job.spec) });
    return false;
  }
}

function isControlledBy({ metadata }: Pod, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) ?? false;
}
