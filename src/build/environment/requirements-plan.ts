import { environmentPath, isCopyable, UNCOPYABLE_FIX } from "../dockerfile/index.js";
import { judgeRequirements, localPathsOf, type RequirementSet, readRequirements } from "../requirements/index.js";
import type { ResolvedBase } from "./base-image.js";
import type { EnvironmentAnswer, EnvironmentProblem, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { generatedPlan } from "./generated-plan.js";

/** Plans an environment that is made from a requirements file. */
export function requirementsPlan(
  question: EnvironmentQuestion,
  reader: FactsReader,
  base: ResolvedBase,
  found: { readonly path: string; readonly reason: string },
): EnvironmentAnswer {
  const { path } = found;
  const { allowUnpinned, verifyHashes = false, failOnConflict = false } = question.build;
  const set = readRequirements(path, reader);
  const verdict = judgeRequirements(set, { allowUnpinned, verifyHashes, failOnConflict });
  if (verdict.reason !== undefined) {
    const problems = verdict.problems.map(({ position, message, fix }) => ({
      ...position,
      message,
      ...(fix !== undefined && { fix }),
    }));
    return { kind: "rejected", reason: verdict.reason, message: rejection(path, problems), problems };
  }
  const copies = copiesOf(set);
  const uncopyable = copies.filter((each) => !isCopyable(each));
  if (uncopyable.length > 0) {
    const problems = uncopyable.map((each) => ({
      path: each,
      message: "its name can't be written into a Dockerfile",
      fix: UNCOPYABLE_FIX,
    }));
    return { kind: "rejected", reason: "RequirementsInvalid", message: rejection(path, problems), problems };
  }
  const plan = generatedPlan({
    question,
    reader,
    base,
    source: { kind: "requirements", path, reason: found.reason },
    recipe: {
      madeFrom: path,
      copies,
      installation: {
        pipArguments: [...(verifyHashes ? ["--require-hashes"] : []), "--requirement", environmentPath(path)],
        workingDirectory: set.workingDirectory,
        checksConflicts: failOnConflict,
        demandsHashes: verifyHashes,
      },
    },
    isPinned: verdict.isPinned,
    // Only then pip itself sees to it that nothing is missing.
    ...(verdict.isHashMode && verdict.isPinned && { lockedBy: path }),
    warnings: verdict.warnings.map(({ position, message }) => `${position.path}:${position.line} ${message}.`),
  });
  return { kind: "planned", plan };
}

/** Requirement files, and what they name of the repository; without what another of them holds. */
function copiesOf(set: RequirementSet): string[] {
  const paths = new Set([...set.files.map(({ path }) => path), ...localPathsOf(set)]);
  const isInside = (path: string, directory: string) => directory === "" || path.startsWith(`${directory}/`);
  return [...paths].filter((path) => ![...paths].some((other) => other !== path && isInside(path, other))).sort();
}

function rejection(path: string, problems: readonly EnvironmentProblem[]): string {
  const [first] = problems;
  if (first === undefined) return `${path} can't be used.`;
  const place = first.line === undefined ? (first.path ?? path) : `${first.path ?? path}:${first.line}`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `${place} ${first.message}${more}.`;
}
