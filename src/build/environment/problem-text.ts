import type { EnvironmentProblem } from "./environment-plan.js";

/** A problem as one line: where it is, and what it is. */
export function problemText({ path, line, message }: EnvironmentProblem): string {
  if (path === undefined) return message;
  return `${path}${line === undefined ? "" : `:${line}`} ${message}`;
}
