import type { Clock } from "../kube/clock.js";
import type { NotebookValidationJobObject, Pod } from "../kube/resources.js";
import type { Capacity } from "./capacity.js";
import { openAttempt } from "./decide/attempts.js";
import { controllingJob, isLive, lostFrom } from "./decide/pods.js";
import { statusOf } from "./decide/read-status.js";
import { isParked } from "./decide/waiting/holding.js";

export interface PodPlacesOptions {
  readonly capacity: Pick<Capacity, "seen" | "ended">;
  readonly clock: Pick<Clock, "now">;
  /** The job with this UID, as the cache has it. */
  readonly jobOf: (uid: string) => NotebookValidationJobObject | undefined;
  /** Cached pods whose controller has this UID. */
  readonly podsOf: (jobUid: string) => readonly Pod[];
}

/** Tells {@link Capacity} which pods take a place: those that run or may yet, but for those that wait for a node for long. */
export class PodPlaces {
  readonly #options: PodPlacesOptions;

  constructor(options: PodPlacesOptions) {
    this.#options = options;
  }

  /** A pod is there, or has changed. @param isGone it was there */
  podChanged(pod: Pod, isGone = false): void {
    const jobUid = controllingJob(pod);
    if (jobUid === undefined) return;
    const { capacity, clock, jobOf } = this.#options;
    const { namespace = "", uid = "" } = pod.metadata;
    const takesPlace = !isGone && isLive(pod, clock.now()) && !isParkedPodOf(jobOf(jobUid), pod);
    if (takesPlace) capacity.seen({ jobUid, namespace }, uid, lostFrom(pod));
    else capacity.ended(jobUid, uid);
  }

  /** A job is there, or has changed: it may have begun to wait with its pod, or have stopped to. */
  jobChanged({ metadata, status }: NotebookValidationJobObject): void {
    const current = openAttempt(statusOf(status), metadata.name)?.podName;
    const pod = this.#options.podsOf(metadata.uid ?? "").find((each) => each.metadata.name === current);
    if (pod !== undefined && isLive(pod, this.#options.clock.now())) this.podChanged(pod);
  }
}

function isParkedPodOf(job: NotebookValidationJobObject | undefined, pod: Pod): boolean {
  return job !== undefined && isParked(statusOf(job.status), job.metadata.name, pod);
}
