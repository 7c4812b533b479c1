/** Priority of a job whose spec names none. */
export const DEFAULT_PRIORITY = 50;

/** The priority that a spec asks for, whatever else is in it: higher goes first. */
export function priorityOf(spec: unknown): number {
  const priority = typeof spec === "object" && spec !== null ? (spec as { priority?: unknown }).priority : undefined;
  return typeof priority === "number" ? priority : DEFAULT_PRIORITY;
}
