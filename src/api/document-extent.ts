import type { Problem } from "./problem.js";

/**
 * Deepest nesting of what users write, in levels. The contract itself has about a dozen; parameters are free JSON, and
 * beyond some thousand levels a recursive reader runs out of stack.
 */
export const MAX_DEPTH = 100;
/**
 * Most values (fields, list items, and what is in them) of what users write. Large jobs have some hundreds; the bound keeps
 * the time to judge whatever anybody sends in the low hundreds of milliseconds.
 */
export const MAX_VALUES = 10_000;

/**
 * The problem of a document that is too deep or too large to be judged; `undefined` for all others. Takes time in
 * proportion to {@link MAX_VALUES} at most, and no stack.
 * @param maxValues most values, for documents that have another bound. @default MAX_VALUES
 */
export function excessOf(
  value: unknown,
  path: readonly string[] = [],
  { maxValues = MAX_VALUES }: { readonly maxValues?: number } = {},
): Problem | undefined {
  const problem = (message: string): Problem => ({ path, field: path.join("."), kind: "unjudged", message });
  let level: object[] = isContainer(value) ? [value] : [];
  let count = 1;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return problem(`must not be nested more than ${MAX_DEPTH} levels deep`);
    const next: object[] = [];
    for (const container of level) {
      const entries: unknown[] = Array.isArray(container) ? container : Object.values(container);
      count += entries.length;
      if (count > maxValues) return problem(`must not hold more than ${maxValues} values`);
      for (const entry of entries) if (isContainer(entry)) next.push(entry);
    }
    level = next;
  }
  return undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
