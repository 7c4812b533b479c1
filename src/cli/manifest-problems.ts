import { KIND } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { checkManifest, type Finding } from "./check-manifest.js";

/** What only a run from a repository needs. */
export const GIT_FIELD = "spec.notebook.git";

/** What makes the jobs of a manifest invalid, as `nbv check` finds it. */
export function manifestProblems(text: string, file: string): Finding[] {
  return checkManifest(text, file)
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === "error");
}

/** @param fix what to do about it, when that is known better than `nbv check` does */
export function invalidManifest(file: string, problems: readonly Finding[], fix?: string): UserError {
  return new UserError({
    what: `${file}: is not a valid ${KIND}`,
    where: problems.map(({ line, column, field, message }) => `${file}:${line}:${column}: ${field} ${message}`),
    fix: fix ?? `nbv check ${file}`,
  });
}
