import type { Position } from "./requirement-set.js";

/** Sorts by file, in the order in which files are first mentioned, then by line. */
export function inFileOrder<T extends { readonly position: Position }>(
  files: readonly { readonly path: string }[],
  items: readonly T[],
): T[] {
  const rank = new Map<string, number>();
  for (const { path } of files) if (!rank.has(path)) rank.set(path, rank.size);
  const rankOf = ({ position }: T) => rank.get(position.path) ?? 0;
  return [...items].sort((a, b) => rankOf(a) - rankOf(b) || a.position.line - b.position.line);
}
