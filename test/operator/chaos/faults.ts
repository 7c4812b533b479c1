import type { Clock } from "../../../src/kube/clock.js";
import type { WatchEvent } from "../../../src/kube/cluster.js";
import { KubeError, type KubeErrorReason } from "../../../src/kube/kube-error.js";
import type { WatchBreak } from "../../../src/kube/memory/watch-feed.js";
import type { ChaosWorld } from "./chaos-world.js";
import type { Call } from "./life.js";

/** Something that goes wrong between an operator and its API server, from a moment on. */
export interface Fault {
  readonly name: string;
  /** Once, when it begins. */
  readonly begin?: (world: ChaosWorld) => Promise<void> | void;
  /**
   * What becomes of a call.
   * @param times how often a call of this kind was made since the fault began, 0 for the first
   */
  readonly call?: (call: Call, times: number, during: During) => Spoiled | undefined;
  /** What becomes of the events of watches. */
  readonly events?: <T>(events: AsyncIterable<WatchEvent<T>>, during: During) => AsyncIterable<WatchEvent<T>>;
  /** How far the operator's clock steps, in milliseconds. */
  readonly clockStepMs?: number;
  /** Somebody else changes the job right before such a call. */
  readonly touches?: (call: Call, times: number, during: During) => boolean;
  /**
   * How far the end may rightly differ from that of an undisturbed run. `verdict`: what nobody could see in time is not told,
   * and a pod that had ended unseen may be gone; `otherwise`: it may be another end. @default "same"
   */
  readonly end?: "same" | "verdict" | "otherwise";
}

/** The time in which a fault lasts, and how often each kind of call is spoilt. */
export interface During {
  readonly ms: number;
  readonly times: number;
  readonly clock: Clock;
  /** Whether it has ended, or has not begun. */
  readonly isOver: () => boolean;
}

/** The error that the caller gets, and whether the server did what it was asked all the same. */
export interface Spoiled {
  readonly error: KubeError;
  readonly isDone: boolean;
}

const HOUR_MS = 3_600_000;

function answers(
  reason: KubeErrorReason,
  isMeant: (call: Call) => boolean,
  more: (during: During) => object = () => ({}),
): NonNullable<Fault["call"]> {
  return (call, times, during) =>
    times < during.times && isMeant(call)
      ? { error: new KubeError({ reason, message: `injected ${reason}`, ...more(during) }), isDone: false }
      : undefined;
}

const anything = (): boolean => true;
const isWrite = (call: Call): boolean => call.isWrite;
/** With its version, so that it is refused if the job has changed. */
const isGuarded = ({ what }: Call): boolean => /^(patch|patchStatus|delete) notebookvalidationjobs/.test(what);
/** Labels that are refused for good are given up: the status tells the same. */
const isLabel = ({ what }: Call): boolean => what === "patch notebookvalidationjobs";
const isList = ({ what }: Call): boolean => /^(list|watch) /.test(what);
const isMaking = ({ what }: Call): boolean => /^create (pods|pipelineruns)/.test(what);

function watches(how: WatchBreak): NonNullable<Fault["begin"]> {
  return ({ test }) => test.breakWatches(how);
}

/** What the issue names, each as the API server or the network does it. */
export const FAULTS: readonly Fault[] = [
  {
    name: "409 to every write",
    touches: (call, times, during) => times < during.times && isGuarded(call),
    call: answers("Conflict", (call) => isWrite(call) && !isGuarded(call)),
  },
  { name: "410 to every list and watch", begin: watches("reset"), call: answers("Gone", isList) },
  {
    name: "422 to every write but labels and the making of pods and builds",
    call: answers("Invalid", (call) => isWrite(call) && !isMaking(call) && !isLabel(call)),
  },
  { name: "422 to the making of pods and builds", call: answers("Invalid", isMaking), end: "otherwise" },
  {
    name: "429 with Retry-After to every call",
    call: answers("TooManyRequests", anything, ({ ms }) => ({ retryAfterMs: ms / 6 })),
  },
  { name: "500 to every call", call: answers("InternalError", anything) },
  { name: "503 to every call", call: answers("ServiceUnavailable", anything) },
  { name: "504 to every call", call: answers("ServerTimeout", anything) },
  { name: "no connection", call: answers("ConnectionFailed", anything) },
  {
    name: "a time-out after the server did it",
    call: (_call, times, during) =>
      times < during.times
        ? { error: new KubeError({ reason: "ConnectionFailed", message: "timed out" }), isDone: true }
        : undefined,
  },
  {
    name: "an outage, and all watches reset",
    begin: watches("reset"),
    call: (_call, _times, during) =>
      during.isOver()
        ? undefined
        : { error: new KubeError({ reason: "ServiceUnavailable", message: "down" }), isDone: false },
  },
  { name: "watches closed", begin: watches("close") },
  { name: "watches reset", begin: watches("reset") },
  { name: "watches expired", begin: watches("expire") },
  { name: "watches silent", begin: watches("silent"), end: "verdict" },
  {
    name: "history compacted, and watches reset",
    begin: async ({ test }) => {
      await test.compact();
      test.breakWatches("reset");
    },
  },
  {
    name: "watch events duplicated",
    events: async function* (events, { isOver }) {
      for await (const event of events) {
        yield event;
        if (!isOver()) yield structuredClone(event);
      }
    },
  },
  {
    name: "watch events dropped, and then the watch",
    end: "verdict",
    events: async function* (events, { isOver }) {
      let isGap = false;
      for await (const event of events) {
        if (isGap && isOver()) throw new KubeError({ reason: "ConnectionFailed", message: "reset" });
        isGap = !isOver();
        if (!isGap) yield event;
      }
    },
  },
  {
    name: "watch events reordered",
    end: "verdict",
    events: (events, during) => swapped(events, during),
  },
  {
    name: "a stale cache: watch events late",
    events: async function* (events, { isOver, clock, ms }) {
      for await (const event of events) {
        if (!isOver()) await clock.sleep(ms / 4);
        yield event;
      }
    },
  },
  { name: "two leaders", begin: async (world) => void (await world.startOperator()) },
  { name: "the operator's clock one hour ahead", clockStepMs: HOUR_MS, end: "otherwise" },
  { name: "the operator's clock one hour back", clockStepMs: -HOUR_MS },
];

/** Events come in pairs, the later one first. One that nothing follows comes alone, and late. */
async function* swapped<T>(
  events: AsyncIterable<WatchEvent<T>>,
  { isOver, clock, ms }: During,
): AsyncIterable<WatchEvent<T>> {
  const source = events[Symbol.asyncIterator]();
  try {
    let next = source.next();
    for (;;) {
      const first = await next;
      if (first.done === true) return;
      next = source.next();
      if (!isOver()) {
        const stop = new AbortController();
        const second = await Promise.race([next, clock.sleep(ms / 6, stop.signal).catch(() => undefined)]);
        stop.abort();
        if (second !== undefined && second.done !== true) {
          yield second.value;
          next = source.next();
        }
      }
      yield first.value;
    }
  } finally {
    await source.return?.();
  }
}
