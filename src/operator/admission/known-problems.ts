import type { Problem } from "../../api/index.js";
import { isSameJson } from "./same-json.js";

/**
 * Splits the problems of an updated object into those that the update brings and those that were there before, with the very
 * values that they are about. As the API server does with its own rules ("ratcheting"), the latter don't stop an update:
 * a job that was let in by an older rule can still be suspended, corrected step by step, and freed of finalizers.
 * Where not all problems of the old object are known, none counts as new: that job can't run before all are mended.
 * @param before problems of the object as it was
 */
export function withoutKnownProblems(
  problems: readonly Problem[],
  object: unknown,
  before: readonly Problem[],
  oldObject: unknown,
): { readonly fresh: Problem[]; readonly known: Problem[] } {
  if (before.some(({ kind }) => kind === "unjudged")) return { fresh: [], known: [...problems] };
  const values = new Map<string, unknown[]>();
  for (const old of before) {
    const rule = ruleAt(old);
    const value = valueAt(oldObject, old.path);
    const others = values.get(rule);
    if (others === undefined) values.set(rule, [value]);
    else others.push(value);
  }
  const fresh: Problem[] = [];
  const known: Problem[] = [];
  for (const problem of problems) {
    const left = values.get(ruleAt(problem)) ?? [];
    const value = valueAt(object, problem.path);
    const index = left.findIndex((old) => isSameJson(old, value));
    if (index >= 0) left.splice(index, 1);
    (index < 0 ? fresh : known).push(problem);
  }
  return { fresh, known };
}

/** The same text for the same rule at the same field; items of a list may have moved. */
function ruleAt({ kind, message, path }: Problem): string {
  return JSON.stringify([kind, message, ...path.map((step) => (typeof step === "number" ? 0 : step))]);
}

function valueAt(value: unknown, path: Problem["path"]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
