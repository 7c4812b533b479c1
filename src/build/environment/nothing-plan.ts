import type { ResolvedBase } from "./base-image.js";
import { basePlan } from "./base-plan.js";
import type { EnvironmentAnswer, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { inferredPlan } from "./inferred-plan.js";

/** Plans an environment for a repository that says nothing about it, by the job's `fallbackStrategy`. */
export function nothingPlan(
  question: EnvironmentQuestion,
  reader: FactsReader,
  base: ResolvedBase,
  reason: string,
): EnvironmentAnswer {
  const fallback = question.build.fallbackStrategy ?? "warn";
  switch (fallback) {
    case "auto":
      return inferredPlan(question, reader, base, reason);
    case "fail":
      return {
        kind: "rejected",
        reason: "RequirementsNotFound",
        message: "Nothing in the repository says what the notebook needs",
        problems: [
          {
            message: reason,
            fix: "commit requirements.txt beside the notebook or at the repository's root",
          },
        ],
      };
    case "warn": {
      const warning = `Nothing says what the notebook needs: the base image ${question.base.reference} is used as it is.`;
      return { kind: "planned", plan: basePlan(question, reader, base, reason, [warning]) };
    }
    default: {
      const never: never = fallback;
      throw new Error(`unknown fallbackStrategy ${String(never)}`);
    }
  }
}
