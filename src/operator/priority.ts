/** Priority of a job whose spec names none. */
export const DEFAULT_PRIORITY = 50;

/** The highest that a spec may ask for; one that an older CRD let in may say more. */
const MAX_PRIORITY = 100;

/** What has begun is brought to its end before anything new begins, whatever its job asks for and however long others wait. */
export const UNDER_WAY_PRIORITY = Number.MAX_SAFE_INTEGER;

/** The priority that a spec asks for, whatever else is in it: higher goes first. */
export function priorityOf(spec: unknown): number {
  const priority = typeof spec === "object" && spec !== null ? (spec as { priority?: unknown }).priority : undefined;
  return typeof priority === "number" ? Math.min(priority, MAX_PRIORITY) : DEFAULT_PRIORITY;
}
