import type { Pod } from "kubernetes-types/core/v1.js";
import { fromRfc3339, type Instant } from "../../api/instant.js";
import { isTelling } from "./classify-waiting.js";

/** A node that has all it needs starts the first container well within this time; milliseconds. */
const ORDINARY_START_MS = 10_000;

/**
 * From when on the events of a pod are worth a question to the API server: it has a node, none of its containers has
 * ever started, and its status does not say why. `undefined` when there is nothing to ask.
 */
export function eventsWantedFrom(pod: Pod): Instant | undefined {
  const { phase, conditions, initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  if (phase !== "Pending" || pod.metadata?.deletionTimestamp !== undefined) return undefined;
  const scheduled = conditions?.find(({ type, status }) => type === "PodScheduled" && status === "True");
  const since = fromRfc3339(scheduled?.lastTransitionTime);
  if (since === undefined) return undefined;
  const speaks = [...initContainerStatuses, ...containerStatuses].some(
    ({ state }) => state?.running !== undefined || state?.terminated !== undefined || isTelling(state?.waiting?.reason),
  );
  return speaks ? undefined : since + ORDINARY_START_MS;
}
