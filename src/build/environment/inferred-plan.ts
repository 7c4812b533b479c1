import type { ResolvedBase } from "./base-image.js";
import { basePlan } from "./base-plan.js";
import type { EnvironmentAnswer, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { generatedPlan } from "./generated-plan.js";
import { inferRequirements } from "./inference/infer-requirements.js";

/** Plans an environment of what the notebook imports (`fallbackStrategy: auto`). */
export function inferredPlan(
  question: EnvironmentQuestion,
  reader: FactsReader,
  base: ResolvedBase,
  reason: string,
): EnvironmentAnswer {
  const { notebook, build } = question;
  const inferred = inferRequirements(notebook, reader);
  if (typeof inferred === "string") {
    const warning = `The requirements of ${notebook} can't be inferred: it ${inferred}. The base image is used.`;
    return { kind: "planned", plan: basePlan(question, reader, base, reason, [warning]) };
  }
  const { distributions, text, warnings } = inferred;
  if (distributions.length === 0) {
    const why = `${reason}; and ${notebook} imports nothing that has to be installed`;
    return { kind: "planned", plan: basePlan(question, reader, base, why, warnings) };
  }
  if (!build.allowUnpinned || build.verifyHashes === true) return unpinned(build.verifyHashes === true, distributions);
  const plan = generatedPlan({
    question,
    reader,
    base,
    source: { kind: "inferred", reason: `from the notebook's imports: ${reason}` },
    recipe: {
      // Not the notebook's name: notebooks that import the same share an environment.
      madeFrom: "the notebook's imports",
      installation: {
        copies: [],
        pipArguments: [...distributions],
        checksConflicts: build.failOnConflict === true,
        demandsHashes: false,
      },
    },
    contents: [],
    isPinned: false,
    inferredRequirements: text,
    warnings: [
      `The requirements were inferred from imports, in whatever version is the newest: commit them as requirements.txt: ${distributions.join(", ")}.`,
      ...warnings,
    ],
  });
  return { kind: "planned", plan };
}

function unpinned(demandsHashes: boolean, distributions: readonly string[]): EnvironmentAnswer {
  return {
    kind: "rejected",
    reason: demandsHashes ? "DependencyHashMissing" : "UnpinnedDependencies",
    message: "Requirements that are inferred from imports are not pinned, which this job demands",
    problems: [
      {
        message: `inferred: ${distributions.join(", ")}`,
        fix: `write them to requirements.in, run pip-compile ${demandsHashes ? "--generate-hashes " : ""}requirements.in, and commit requirements.txt`,
      },
    ],
  };
}
