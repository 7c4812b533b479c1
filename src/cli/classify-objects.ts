import { type Instant, KIND } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { classifyApi, classifyObjectEvents, type Failure, type ObjectEvent, reasonRow } from "../recovery/index.js";
import { classifySeenBuild, isBuild } from "./classify-builds.js";
import type { SeenObject } from "./classify-input.js";
import { classifySeenPod, type Found } from "./classify-pods.js";
import { TaskRuns } from "./task-runs.js";

/** What a finding is about. */
export interface Subject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** One object that was looked at; without `found`, nothing has failed in it. */
export interface Classified {
  readonly subject: Subject;
  readonly found?: Found;
}

const KINDS = "Pod, PipelineRun, TaskRun, Build, BuildRun, Event, Status, and lists of them";

/**
 * What failed in each of the objects, those that failed first. Events explain the objects that they are about; a run's
 * TaskRuns are told by the run.
 * @throws UserError when none of them is of a kind that tells of failures
 */
export function classifyObjects(objects: readonly SeenObject[], now: Instant): Classified[] {
  const events = objects
    .filter(isEvent)
    .map(seenEvent)
    .sort((a, b) => (a.time < b.time ? -1 : 1));
  const bySubject = eventsBySubject(events, ({ kind, name }) => subjectKey(kind, name));
  const explained = new Set<SeenEvent>();
  const about = ({ kind, metadata }: SeenObject): SeenEvent[] => {
    const own = (bySubject.get(subjectKey(kind, metadata.name)) ?? []).filter((event) => fits(event, metadata));
    for (const event of own) explained.add(event);
    return own;
  };
  const taskRuns = new TaskRuns(objects);
  const told = objects.flatMap((object): Classified[] => {
    if (object.kind === "Pod") return [classified(object, classifySeenPod(object, about(object), now))];
    if (object.kind === "Status") return [ofStatus(object)];
    if (!isBuild(object)) return [];
    about(object);
    return taskRuns.isPart(object) ? [] : [classified(object, classifySeenBuild(object, taskRuns))];
  });
  // Events about a job are the operator's own words: its story tells them in their order.
  const unexplained = events.filter((event) => !explained.has(event) && event.subject.kind !== KIND);
  const all = [...told, ...ofEvents(unexplained)];
  if (all.length === 0) {
    throw nothingKnown(
      objects.filter((object) => !isEvent(object)),
      events,
    );
  }
  return [...all.filter(({ found }) => found !== undefined), ...all.filter(({ found }) => found === undefined)];
}

interface SeenEvent extends ObjectEvent {
  readonly subject: Subject;
  readonly uid?: string | undefined;
  /** RFC 3339, of its last occurrence. */
  readonly time: string;
}

function isEvent({ apiVersion, kind }: SeenObject): boolean {
  return kind === "Event" && (apiVersion === "v1" || apiVersion.startsWith("events.k8s.io/"));
}

/** Both of the API's shapes of an event. */
function seenEvent(object: SeenObject): SeenEvent {
  const about = recordIn(object.involvedObject ?? object.regarding);
  const series = recordIn(object.series);
  const times = [object.lastTimestamp, series.lastObservedTime, object.deprecatedLastTimestamp, object.eventTime];
  const namespace = textOf(about.namespace);
  return {
    subject: {
      kind: textOf(about.kind) ?? "",
      ...(namespace !== undefined && { namespace }),
      name: textOf(about.name) ?? "",
    },
    uid: textOf(about.uid),
    time: times.map(textOf).find((each) => each !== undefined) ?? object.metadata.creationTimestamp ?? "",
    reason: textOf(object.reason),
    message: textOf(object.message) ?? textOf(object.note),
    type: textOf(object.type),
    fieldPath: textOf(about.fieldPath),
  };
}

/** An object of the same name may have come after the one that the event is about. */
function fits({ subject, uid }: SeenEvent, metadata: SeenObject["metadata"]): boolean {
  if (uid !== undefined && metadata.uid !== undefined) return uid === metadata.uid;
  return (
    subject.namespace === undefined || metadata.namespace === undefined || subject.namespace === metadata.namespace
  );
}

function subjectKey(kind: string, name = "", namespace = ""): string {
  return [kind, namespace, name].join("\0");
}

/** The events of each subject, in their order. */
function eventsBySubject(
  events: readonly SeenEvent[],
  keyOf: (subject: Subject) => string,
): Map<string, [SeenEvent, ...SeenEvent[]]> {
  const bySubject = new Map<string, [SeenEvent, ...SeenEvent[]]>();
  for (const event of events) {
    const key = keyOf(event.subject);
    const own = bySubject.get(key);
    if (own === undefined) bySubject.set(key, [event]);
    else own.push(event);
  }
  return bySubject;
}

function ofEvents(events: readonly SeenEvent[]): Classified[] {
  const bySubject = eventsBySubject(events, ({ kind, namespace, name }) => subjectKey(kind, name, namespace));
  return [...bySubject.values()].map((own) => {
    const { subject } = own[0];
    const failure = classifyObjectEvents(subject.kind, own);
    return { subject, ...(failure !== undefined && { found: { failure, isSettled: isFinal(failure) } }) };
  });
}

/** Whether nobody waits for it to get better. */
function isFinal({ reason, errorType }: Failure): boolean {
  return errorType === "permanent" && (reasonRow(reason).patience ?? "none") === "none";
}

/** An error as the API server answers it. */
function ofStatus(object: SeenObject): Classified {
  const { status, reason, code, message } = object;
  const subject = { kind: "Status" };
  if (status === "Success") return { subject };
  return { subject, found: { failure: classifyApi({ reason, code, message }), isSettled: true } };
}

function classified({ kind, metadata: { namespace, name } }: SeenObject, found: Found | undefined): Classified {
  const subject = { kind, ...(namespace !== undefined && { namespace }), name };
  return { subject, ...(found !== undefined && { found }) };
}

function nothingKnown(others: readonly SeenObject[], events: readonly SeenEvent[]): UserError {
  const kinds = [...new Set([...others, ...events.map(({ subject }) => subject)].map(({ kind }) => kind))];
  if (kinds.length === 0) return new UserError({ what: "the list is empty", fix: "name objects that are there" });
  const fix = kinds.includes(KIND)
    ? "nbv status JOB tells why a job failed"
    : `what can be classified: ${KINDS}; anything else as plain text`;
  const what = others.length === 0 ? "events about" : "objects of kind";
  return new UserError({ what: `nothing to classify in ${what} ${kinds.slice(0, 5).join(", ")}`, fix });
}

function recordIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
