import { type ResolvedBase, resolveBase } from "./base-image.js";
import { type DetectedEnvironment, detectEnvironment } from "./detect-environment.js";
import { dockerfilePlan } from "./dockerfile-plan.js";
import type { EnvironmentAnswer, EnvironmentQuestion } from "./environment-plan.js";
import { FactsReader } from "./facts-reader.js";
import { fieldsWithoutEffect } from "./fields-without-effect.js";
import { notebookWarnings } from "./notebook-warnings.js";
import { nothingPlan } from "./nothing-plan.js";
import { repositoryWarnings } from "./repository-warnings.js";
import { requirementsPlan } from "./requirements-plan.js";

/**
 * Decides what a job's environment is made from, and how. The same question always has the same answer. Files that are
 * wanted and missing count as unreadable: ask `wantedFiles` first.
 */
export function planEnvironment(question: EnvironmentQuestion): EnvironmentAnswer {
  return planWith(question, new FactsReader(question.facts));
}

/** {@link planEnvironment} with a reader that tells afterwards what it missed. */
export function planWith(question: EnvironmentQuestion, reader: FactsReader): EnvironmentAnswer {
  const base = resolveBase(question.base);
  if (base === undefined) return badBase(question.base.reference);
  const detected = detectEnvironment(question, reader);
  if (detected.kind === "rejected") return detected;
  const answer = planDetected(question, reader, base, detected.environment);
  if (answer.kind === "rejected") return answer;
  const { plan } = answer;
  const warnings = [
    ...notebookWarnings(question.notebook, reader),
    ...detected.warnings,
    ...plan.warnings,
    ...fieldsWithoutEffect(question.build, plan),
    ...repositoryWarnings(question.notebook, plan, reader),
  ];
  return { kind: "planned", plan: { ...plan, warnings } };
}

function planDetected(
  question: EnvironmentQuestion,
  reader: FactsReader,
  base: ResolvedBase,
  environment: DetectedEnvironment,
): EnvironmentAnswer {
  switch (environment.kind) {
    case "requirements":
      return requirementsPlan(question, reader, base, environment);
    case "dockerfile":
      return dockerfilePlan(question, reader, environment);
    case "nothing":
      return nothingPlan(question, reader, base, environment.reason);
  }
}

function badBase(reference: string): EnvironmentAnswer {
  const message = `${reference} is not an image reference`;
  const fix = "correct spec.podConfig.buildConfig.baseImage";
  return {
    kind: "rejected",
    reason: "DockerfileInvalid",
    message: "The base image can't be used",
    problems: [{ message, fix }],
  };
}
