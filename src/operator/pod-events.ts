import type { Logger } from "pino";
import { fromRfc3339, type Instant } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import { EVENTS, type Event, type Pod } from "../kube/resources.js";
import { eventsWantedFrom } from "../recovery/index.js";
import type { PodEventsSeen } from "./decide/observation.js";
import { corePod } from "./decide/pods.js";

/** Between two questions about a pod that goes on waiting; milliseconds. */
const EVERY_MS = 15_000;
/** Most events of a pod that are read; a kubelet repeats itself by counting. */
const MAX_EVENTS = 100;

export interface PodEventsOptions {
  readonly cluster: Pick<Cluster, "list">;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
}

/**
 * Reads the events of pods that wait for longer than usual and whose status does not say for what: a volume that can't
 * be mounted is told nowhere else. Pods that start as they should cost no request.
 */
export class PodEvents {
  readonly #options: PodEventsOptions;
  readonly #seen = new Map<string, PodEventsSeen>();

  constructor(options: PodEventsOptions) {
    this.#options = options;
  }

  /** What events say of the pod, newest last; `undefined` when its status says enough, or it has just begun to wait. */
  async look(pod: Pod): Promise<PodEventsSeen | undefined> {
    const { metadata } = pod;
    const uid = metadata.uid ?? "";
    const from = eventsWantedFrom(corePod(pod));
    const now = this.#options.clock.now();
    if (from === undefined || now < from) {
      this.#seen.delete(uid);
      return undefined;
    }
    const known = this.#seen.get(uid);
    if (known !== undefined && now < known.askAgainAt) return known;
    const seen = { items: (await this.#read(pod)) ?? known?.items ?? [], askAgainAt: now + EVERY_MS };
    this.#forgetGone(now);
    this.#seen.set(uid, seen);
    return seen;
  }

  /** Without an answer nothing is lost but an explanation: the attempt goes on. */
  async #read({ metadata }: Pod): Promise<Event[] | undefined> {
    const { cluster, logger } = this.#options;
    const { name, namespace = "", uid } = metadata;
    try {
      const fieldSelector = `involvedObject.uid=${uid}`;
      const { items } = await cluster.list(EVENTS, { namespace, fieldSelector, limit: MAX_EVENTS });
      return items.sort((a, b) => timeOf(a) - timeOf(b));
    } catch (error) {
      if (!isKubeError(error)) throw error;
      logger.warn({ pod: `${namespace}/${name}`, err: error }, "the events of a waiting pod could not be read");
      return undefined;
    }
  }

  /** Pods that nobody has looked at for long are gone, or started while nobody asked. */
  #forgetGone(now: Instant): void {
    for (const [uid, { askAgainAt }] of this.#seen) {
      if (now > askAgainAt + 4 * EVERY_MS) this.#seen.delete(uid);
    }
  }
}

/** When the event was observed last. */
function timeOf(event: Event): Instant {
  const { series, lastTimestamp, eventTime, firstTimestamp, metadata } = event;
  const last = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp;
  return fromRfc3339(last) ?? 0;
}
