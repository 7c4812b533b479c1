import { LABEL_ENVIRONMENT_DIGEST } from "../../api/index.js";
import { type DockerfileRecipe, generateDockerfile, IMAGE_SOURCE, labelInstruction } from "../dockerfile/index.js";
import type { ResolvedBase } from "./base-image.js";
import { environmentDigest } from "./environment-digest.js";
import type { EnvironmentPlan, EnvironmentQuestion, EnvironmentSource } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";

/** What a plan with a generated Dockerfile is made from. */
export interface GeneratedPlanParts {
  readonly question: EnvironmentQuestion;
  readonly reader: FactsReader;
  readonly base: ResolvedBase;
  readonly source: EnvironmentSource;
  readonly recipe: Pick<DockerfileRecipe, "madeFrom" | "installation">;
  /** Of the installation's copies, for the digest. */
  readonly contents: readonly (readonly [path: string, content: string])[];
  /** Whether each requirement is pinned. */
  readonly isPinned: boolean;
  readonly lockedBy?: string;
  readonly inferredRequirements?: string;
  readonly warnings: readonly string[];
}

/** Label of images: the file of the repository that they were made from. */
export const LABEL_SOURCE = "mlops.dev/environment-source";
const LABEL_REVISION = "org.opencontainers.image.revision";

/** A plan whose Dockerfile we write. */
export function generatedPlan(parts: GeneratedPlanParts): EnvironmentPlan {
  const { question, reader, base, source } = parts;
  const includesSource = question.build.includeSource;
  const recipe = { ...parts.recipe, base: base.reference, user: base.user, includesSource };
  const instructions = generateDockerfile(recipe);
  const digest = environmentDigest({
    instructions,
    files: parts.contents,
    buildArgs: {},
    ...(includesSource && { commit: reader.commit }),
  });
  const labels = {
    ...base.labels,
    [LABEL_ENVIRONMENT_DIGEST]: digest,
    ...(source.path !== undefined && { [LABEL_SOURCE]: source.path }),
    ...(includesSource && { [LABEL_REVISION]: reader.commit }),
  };
  return {
    source,
    dockerfile: { kind: "generated", text: instructions + labelInstruction(labels) },
    context: ".",
    copies: includesSource ? ["."] : (recipe.installation?.copies ?? []),
    ...(recipe.installation !== undefined && { installation: recipe.installation }),
    buildArgs: {},
    labels,
    digest,
    isPinned: base.isPinned && parts.isPinned,
    isPinnedOnBase: parts.isPinned,
    includesSource,
    ...(includesSource && { repositoryAt: IMAGE_SOURCE }),
    ...(parts.lockedBy !== undefined && { lockedBy: parts.lockedBy }),
    ...(parts.inferredRequirements !== undefined && { inferredRequirements: parts.inferredRequirements }),
    warnings: parts.warnings,
  };
}
