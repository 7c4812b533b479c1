import { fieldText, MAX_PROBLEMS, type Problem } from "./problem.js";

/**
 * Fields called `__proto__`, anywhere in a document: at most {@link MAX_PROBLEMS}. JavaScript would take one for an object's
 * prototype, so that a document could show us fields that the API server never sees; no field, label, resource or parameter
 * is called so.
 */
export function prototypeKeys(value: unknown, path: readonly (string | number)[] = []): Problem[] {
  const problems: Problem[] = [];
  look(value, [...path], problems);
  return problems;
}

/** @param at path of `value`: changed on the way, and restored */
function look(value: unknown, at: (string | number)[], problems: Problem[]): void {
  if (typeof value !== "object" || value === null) return;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [step, entry] of entries) {
    if (problems.length >= MAX_PROBLEMS) return;
    at.push(step);
    if (step === "__proto__") {
      problems.push({ path: [...at], field: fieldText(at), message: "is not a field", kind: "unknown-field" });
    } else look(entry, at, problems);
    at.pop();
  }
}
