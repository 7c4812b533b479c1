import {
  fromRfc3339,
  type Instant,
  parseDuration,
  toRfc3339,
  type WaitingFor,
  type WaitKind,
} from "../../../api/index.js";
import { type Failure, isFailureReason, type MissingObject, reasonRow, redact } from "../../../recovery/index.js";
import { openAttempt } from "../attempts.js";
import type { JobStatus } from "../job.js";
import { endOfTotalTime } from "../total-time.js";
import type { ValidTurn } from "../turn.js";

/** Kinds of things that the API server can be asked for by name. */
const OBJECTS: ReadonlySet<string> = new Set<MissingObject["kind"]>(["Secret", "ConfigMap", "PersistentVolumeClaim"]);
/** One trouble in two words: a pull that fails alternates between them. */
const PULLS: ReadonlySet<string> = new Set<WaitKind>(["Image", "Registry"]);

/** What has to come before the failed run can go on; `undefined` where nobody could bring it. */
export function waitKind({ missing, reason }: Failure): WaitKind | undefined {
  return missing?.kind ?? reasonRow(reason).waitsFor;
}

/** The same of a reason that a status tells. */
export function waitKindOf(reason: string | undefined): WaitKind | undefined {
  return reason !== undefined && isFailureReason(reason) ? reasonRow(reason).waitsFor : undefined;
}

/** Whether two kinds are one trouble, with one clock. */
export function isSameKind(before: string | undefined, after: string | undefined): boolean {
  return before === after || (PULLS.has(before ?? "") && PULLS.has(after ?? ""));
}

/** The object that is waited for, where it is one that the API server can be asked for. */
export function objectWaitedFor({ kind, name, key }: WaitingFor): MissingObject | undefined {
  return isObject(kind) && name !== undefined ? { kind, name, ...(key !== undefined && { key }) } : undefined;
}

function isObject(kind: string): kind is MissingObject["kind"] {
  return OBJECTS.has(kind);
}

/**
 * The wait that begins or goes on with a failure. Each cause has a clock of its own, but all waits of a run have one end
 * until a notebook starts: causes that take turns can't keep a run for ever.
 */
export function nextWait(turn: ValidTurn, status: JobStatus, failure: Failure, kind: WaitKind): WaitingFor {
  const { now } = turn;
  const before = status.waitingFor;
  const { missing, reason } = failure;
  const name = missing?.name ?? nameOf(turn, status, kind);
  const goesOn =
    before !== undefined &&
    isSameKind(before.kind, kind) &&
    (missing === undefined || (before.name === missing.name && before.key === missing.key));
  const tries = goesOn ? (before.tries ?? 0) : 0;
  return {
    kind,
    ...(name !== undefined && { name }),
    ...(missing?.key !== undefined && { key: missing.key }),
    reason,
    since: (goesOn ? before.since : undefined) ?? toRfc3339(now),
    until: toRfc3339(endOfWaits(turn, before)),
    tries,
  };
}

/** When a run that waits now is given up: by its own limit of time, else by the operator's. */
function endOfWaits(turn: ValidTurn, before: WaitingFor | undefined): Instant {
  const { seen, now } = turn;
  const ownEnd = endOfTotalTime(turn);
  if (ownEnd !== undefined) return ownEnd;
  const latest = now + parseDuration(seen.settings.config.patience.resolutionTimeout);
  return Math.min(fromRfc3339(before?.until) ?? latest, latest);
}

function nameOf({ metadata, spec }: ValidTurn, status: JobStatus, kind: WaitKind): string | undefined {
  if (kind === "Image") return openAttempt(status, metadata.name)?.image;
  return kind === "Git" ? redact(spec.notebook.git.url) : undefined;
}
