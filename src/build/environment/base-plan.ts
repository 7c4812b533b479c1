import type { ResolvedBase } from "./base-image.js";
import { environmentDigest } from "./environment-digest.js";
import type { EnvironmentPlan, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { generatedPlan } from "./generated-plan.js";

/** The base image as it is: nothing is built, unless the repository is to be in the image. */
export function basePlan(
  question: EnvironmentQuestion,
  reader: FactsReader,
  base: ResolvedBase,
  reason: string,
  warnings: readonly string[],
): EnvironmentPlan {
  const source = { kind: "baseImage", reason } as const;
  if (question.build.includeSource) {
    const recipe = { madeFrom: "the base image and the repository" };
    return generatedPlan({ question, reader, base, source, recipe, contents: [], isPinned: true, warnings });
  }
  return {
    source,
    dockerfile: { kind: "none" },
    context: ".",
    copies: [],
    buildArgs: {},
    labels: {},
    digest: environmentDigest({ instructions: base.reference, files: [], buildArgs: {} }),
    isPinned: base.isPinned,
    isPinnedOnBase: true,
    includesSource: false,
    warnings,
  };
}
