import { basename } from "node:path";

/** How people call this program: `kubectl nbv` when kubectl started it as a plugin (by its name), else `nbv`. */
export function programName(script = process.argv[1] ?? ""): string {
  return /^kubectl-nbv(\.[a-z]+)?$/.test(basename(script)) ? "kubectl nbv" : "nbv";
}
