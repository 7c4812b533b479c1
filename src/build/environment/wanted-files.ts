import type { EnvironmentQuestion } from "./environment-plan.js";

/**
 * Paths whose contents {@link planEnvironment} needs and that `question.facts` has neither read nor found unreadable.
 * Empty = nothing is missing.
 */
export function wantedFiles(_question: EnvironmentQuestion): readonly string[] {
  return [];
}
