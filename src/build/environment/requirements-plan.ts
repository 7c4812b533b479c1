import { environmentPath, isCopyable, UNCOPYABLE_FIX } from "../dockerfile/index.js";
import {
  judgeRequirements,
  localPathsOf,
  type RequirementReason,
  type RequirementSet,
  readRequirements,
} from "../requirements/index.js";
import type { ResolvedBase } from "./base-image.js";
import { copiedContents } from "./copied-contents.js";
import { sha256 } from "./environment-digest.js";
import type { EnvironmentAnswer, EnvironmentProblem, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { generatedPlan } from "./generated-plan.js";
import { ignoredFiles } from "./ignored-files.js";

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
  const unreadable = set.files.filter((file) => !file.isRead && reader.isFile(file.path));
  if (unreadable.length > 0) {
    const problems = unreadable.map((file) => ({
      ...(file.includedAt ?? { path: file.path }),
      message: `${file.includedAt === undefined ? "" : `includes ${file.path}, which `}${reader.whyUnreadable(file.path)}`,
    }));
    return rejected(path, "RequirementsInvalid", problems);
  }
  const verdict = judgeRequirements(set, { allowUnpinned, verifyHashes, failOnConflict });
  if (verdict.reason !== undefined) {
    const problems = verdict.problems.map(({ position, message, fix }) => ({
      ...position,
      message,
      ...(fix !== undefined && { fix }),
    }));
    return rejected(path, verdict.reason, problems);
  }
  const copies = copiesOf(set);
  const uncopyable = copies.filter((each) => !isCopyable(each));
  if (uncopyable.length > 0) {
    const problems = uncopyable.map((each) => ({
      path: each,
      message: "has a name that can't be written into a Dockerfile",
      fix: UNCOPYABLE_FIX,
    }));
    return rejected(path, "RequirementsInvalid", problems);
  }
  const plan = generatedPlan({
    question,
    reader,
    base,
    source: { kind: "requirements", path, reason: found.reason },
    recipe: {
      madeFrom: path,
      installation: {
        copies: copies.map((each) => (each === "" ? "." : each)),
        pipArguments: [...(verifyHashes ? ["--require-hashes"] : []), "--requirement", environmentPath(path)],
        workingDirectory: set.workingDirectory,
        checksConflicts: failOnConflict,
        demandsHashes: verifyHashes,
      },
    },
    contents: contentsOf(set, copies, reader),
    isPinned: verdict.isPinned,
    // Only then pip itself sees to it that nothing is missing.
    ...(verdict.isHashMode && verdict.isPinned && { lockedBy: path }),
    warnings: [
      ...verdict.warnings.map(({ position, message }) => `${position.path}:${position.line} ${message}.`),
      ...copyWarnings(path, copies, reader),
    ],
  });
  return { kind: "planned", plan };
}

function copyWarnings(path: string, copies: readonly string[], reader: FactsReader): string[] {
  const ignored = ignoredFiles(reader, "", undefined, copies.length);
  const hidden = copies.filter((each) => each !== "" && ignored.kind === "rules" && ignored.rules.ignores(each));
  return [
    ...(copies.includes("")
      ? [`${path} installs the whole repository: every change of it, also of a notebook, makes a new environment.`]
      : []),
    ...(hidden.length === 0
      ? []
      : [
          `.dockerignore hides ${hidden.join(", ")}: builds by s2i, shipwright and custom need them taken back with "!".`,
        ]),
  ];
}

/** Requirement files count by their bytes, which are known; what else is copied by Git's ids. */
function contentsOf(set: RequirementSet, copies: readonly string[], reader: FactsReader) {
  const read = new Set(set.files.map((file) => file.path));
  return copies.flatMap((path) => {
    const content = read.has(path) ? reader.read(path) : undefined;
    return content === undefined ? copiedContents([path], reader) : [[path, sha256(content)] as const];
  });
}

/** Requirement files, and what they name of the repository; without what another of them holds. */
function copiesOf(set: RequirementSet): string[] {
  const paths = new Set([...set.files.map(({ path }) => path), ...localPathsOf(set)]);
  const isInside = (path: string, directory: string) => directory === "" || path.startsWith(`${directory}/`);
  return [...paths].filter((path) => ![...paths].some((other) => other !== path && isInside(path, other))).sort();
}

function rejected(
  path: string,
  reason: keyof typeof HEADLINES,
  problems: readonly EnvironmentProblem[],
): EnvironmentAnswer {
  return { kind: "rejected", reason, message: HEADLINES[reason](path, problems.length), problems };
}

const HEADLINES = {
  RequirementsInvalid: (path) => `${path} can't be installed`,
  UnpinnedDependencies: (path, count) => `${path} has ${lines(count)} without an exact version, which this job demands`,
  DependencyHashMissing: (path, count) =>
    `${path} has ${lines(count)} without a usable hash, which verifyHashes demands`,
  DependencyConflict: (path, count) =>
    `${path} has ${lines(count)} that ${count === 1 ? "contradicts" : "contradict"} others`,
} as const satisfies Record<RequirementReason, (path: string, count: number) => string>;

function lines(count: number): string {
  return count === 1 ? "a line" : `${count} lines`;
}
