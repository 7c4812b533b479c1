import type { Finding } from "../pod/classify-waiting.js";
import { EVENT_RULES } from "./event-rules.js";

/** As much of an event about an object as its classification needs. */
export interface PodEvent {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** An event that tells of a trouble, and what it means. */
export interface Trouble<E extends PodEvent> {
  readonly event: E;
  readonly finding: Finding;
}

/**
 * The newest trouble that no later event has overcome. A summary of what was said before counts only where nothing else
 * was said.
 *
 * @param events about one object, newest last
 * @param wanted reasons of events that are looked at. @default all that are known
 */
export function openTrouble<E extends PodEvent>(
  events: readonly E[],
  wanted?: ReadonlySet<string>,
): Trouble<E> | undefined {
  let summary: Trouble<E> | undefined;
  const later = new Set<string>();
  for (const event of events.toReversed()) {
    const { reason = "", message = "" } = event;
    const isKnown = Object.hasOwn(EVENT_RULES, reason) && wanted?.has(reason) !== false;
    const rule = isKnown ? EVENT_RULES[reason] : undefined;
    const isOver = rule?.overcomeBy?.some((each) => later.has(each)) ?? false;
    later.add(reason);
    const finding = isOver ? undefined : rule?.find(message);
    if (finding === undefined) continue;
    if (rule?.summary?.test(message) !== true) return { event, finding };
    summary ??= { event, finding };
  }
  return summary;
}
