import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../api/index.js";

/**
 * Splits the problems of an updated object into those that the update brings and those that were there before, with the very
 * values that they are about. As the API server does with its own rules ("ratcheting"), the latter don't stop an update:
 * a job that was let in by an older rule can still be suspended, corrected step by step, and freed of finalizers.
 * @param before problems of the object as it was
 */
export function withoutKnownProblems(
  problems: readonly Problem[],
  object: unknown,
  before: readonly Problem[],
  oldObject: unknown,
): { readonly fresh: Problem[]; readonly known: Problem[] } {
  const left = [...before];
  const fresh: Problem[] = [];
  const known: Problem[] = [];
  for (const problem of problems) {
    const index = left.findIndex(
      (old) =>
        isSamePlace(old, problem) && isDeepStrictEqual(valueAt(oldObject, old.path), valueAt(object, problem.path)),
    );
    if (index < 0) fresh.push(problem);
    else known.push(...left.splice(index, 1).map(() => problem));
  }
  return { fresh, known };
}

/** The same rule at the same field; items of a list may have moved. */
function isSamePlace(a: Problem, b: Problem): boolean {
  return (
    a.message === b.message &&
    a.kind === b.kind &&
    a.path.length === b.path.length &&
    a.path.every(
      (step, index) => step === b.path[index] || (typeof step === "number" && typeof b.path[index] === "number"),
    )
  );
}

function valueAt(value: unknown, path: Problem["path"]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
