import { ANNOTATION_RETRY_REQUESTED, fromRfc3339, toRfc3339 } from "../../api/index.js";
import { headUtf8 } from "../../api/utf8.js";
import type { ObjectMeta } from "../../kube/object.js";
import { redactHead } from "../../recovery/index.js";
import { isUnderWay, type JobStatus } from "./job.js";
import { isHeld } from "./suspension.js";
import type { Turn } from "./turn.js";

/** How far ahead of ours, or behind the end of a run, a requester's clock may be; milliseconds. */
const MAX_SKEW_MS = 5 * 60_000;
/** So much of a request tells it from the next one; bytes of UTF-8, whole characters. RFC 3339 times are shorter. */
const MARK_LENGTH = 64;
/** So much of a request is read; characters. */
const MAX_READ = 2 * MARK_LENGTH;

/** What becomes of the request for a retry that a job is annotated with. */
export type RetryRequest =
  /** There is none, or it was answered. */
  | { readonly kind: "none" }
  | { readonly kind: "granted" }
  /** `why`: for people, without a final full stop. */
  | { readonly kind: "refused"; readonly why: string };

/** Judges the request. Each is answered once: `status.lastHandledRetryRequest` names the last one. */
export function retryRequest({ metadata, status, now }: Turn): RetryRequest {
  const mark = requestMark(metadata);
  if (mark === undefined || mark === status.lastHandledRetryRequest) return { kind: "none" };
  const requestedAt = fromRfc3339(metadata.annotations?.[ANNOTATION_RETRY_REQUESTED]);
  if (requestedAt === undefined) {
    return {
      kind: "refused",
      why: `${ANNOTATION_RETRY_REQUESTED} must be an RFC 3339 time, such as ${toRfc3339(now)}`,
    };
  }
  if (requestedAt > now + MAX_SKEW_MS) {
    return { kind: "refused", why: "its time is more than 5 minutes ahead of the operator's clock" };
  }
  const why = whyNotRetried(status);
  if (why !== undefined) return { kind: "refused", why };
  const endedAt = fromRfc3339(status.completionTime);
  if (endedAt !== undefined && requestedAt < endedAt - MAX_SKEW_MS) {
    return { kind: "refused", why: "it was made before the run ended" };
  }
  return { kind: "granted" };
}

/** What tells the request from others; `undefined` = nobody asked. */
export function requestMark({ annotations = {} }: ObjectMeta): string | undefined {
  const request = annotations[ANNOTATION_RETRY_REQUESTED];
  return request === undefined ? undefined : headUtf8(redactHead(request, MAX_READ), MARK_LENGTH);
}

/** Why a job can't be retried by hand now, for people, without a final full stop; `undefined` when it can. */
export function whyNotRetried(status: JobStatus): string | undefined {
  const { phase } = status;
  if (isUnderWay(phase)) {
    return isHeld(status)
      ? "the job is suspended; set spec.suspend to false to let it go on"
      : `the job is under way (${phase}); only one that failed, or waits for its next attempt, can be retried`;
  }
  switch (phase) {
    case "Failed":
    case "Retrying":
      return undefined;
    case "Succeeded":
      return "the job has succeeded, so there is nothing to retry; a changed spec starts a new run";
    case undefined:
      return "no operator has looked at the job yet";
    default:
      return phase satisfies never;
  }
}
