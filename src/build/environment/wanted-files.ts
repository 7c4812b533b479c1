import type { EnvironmentQuestion } from "./environment-plan.js";
import { FactsReader } from "./facts-reader.js";
import { planWith } from "./plan-environment.js";

/**
 * Paths whose contents {@link planEnvironment} needs and that `question.facts` has neither read nor found unreadable.
 * Empty = nothing is missing.
 */
export function wantedFiles(question: EnvironmentQuestion): readonly string[] {
  const reader = new FactsReader(question.facts);
  planWith(question, reader);
  return reader.wanted;
}
