const MAX_STEPS = 40;

/**
 * Whether following the link at `path` leaves the tree, at its end or anywhere on the way, as the kernel would walk it:
 * through other links of the tree, component by component. Loops count as escaping: nothing good comes of them.
 * @param targets target text of every symbolic link of the tree, by path
 */
export function symlinkEscapes(path: string, targets: ReadonlyMap<string, string>): boolean {
  const target = targets.get(path);
  if (target === undefined) return false;
  const at = path.split("/").slice(0, -1);
  const todo = target.split("/");
  if (isUnusable(target)) return true;
  let steps = 1;
  while (todo.length > 0) {
    const part = todo.shift() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(part);
    const next = targets.get(at.join("/"));
    if (next === undefined) continue;
    steps += 1;
    if (steps > MAX_STEPS || isUnusable(next)) return true;
    at.pop();
    todo.unshift(...next.split("/"));
  }
  return false;
}

function isUnusable(target: string): boolean {
  return target === "" || target.startsWith("/") || target.includes("\0") || target.length > 4000;
}
