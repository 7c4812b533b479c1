import type { EnvironmentAnswer, EnvironmentQuestion } from "./environment-plan.js";

/** Decides what a job's environment is made from, and how. The same question always has the same answer. */
export function planEnvironment(_question: EnvironmentQuestion): EnvironmentAnswer {
  return { kind: "rejected", reason: "RequirementsNotFound", message: "not written yet", problems: [] };
}
