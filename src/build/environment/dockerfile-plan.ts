import { LABEL_ENVIRONMENT_DIGEST } from "../../api/index.js";
import {
  type ContextRead,
  type CopiedFiles,
  copiedFiles,
  type DockerfileFinding,
  type DockerfileStage,
  dockerfileProblems,
  dockerfileStages,
  findStage,
  foreignFrontend,
  lintDockerfile,
  looksSecret,
  MAX_DOCKERFILE,
  reachableStages,
  readInstructions,
  repositoryCopy,
  undeclaredArgs,
} from "../dockerfile/index.js";
import { below, directoryOf } from "../repository-path.js";
import { copiedContents } from "./copied-contents.js";
import { environmentDigest } from "./environment-digest.js";
import type { EnvironmentAnswer, EnvironmentProblem, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { LABEL_SOURCE } from "./generated-plan.js";
import { type IgnoredFiles, ignoredFiles } from "./ignored-files.js";
import { kernelWarning } from "./kernel-warning.js";
import { namesakes } from "./namesakes.js";

/** Plans an environment that the repository's own Dockerfile makes. */
export function dockerfilePlan(
  question: EnvironmentQuestion,
  reader: FactsReader,
  found: { readonly path: string; readonly reason: string },
): EnvironmentAnswer {
  const { path } = found;
  const text = reader.readText(path);
  if (text === undefined) return invalid(path, [{ message: reader.whyUnreadable(path) }]);
  if (text.length > MAX_DOCKERFILE) return invalid(path, [tooLong()]);
  const read = readInstructions(text);
  const problems = dockerfileProblems(read);
  if (problems.length > 0) return invalid(path, problems);

  const { target: wanted, buildArgs: given = {} } = question.build;
  const { stages, globalArgs } = dockerfileStages(read, given);
  const target = wanted === undefined ? stages.at(-1) : findStage(stages, wanted);
  if (target === undefined) return invalid(path, [noSuchStage(wanted ?? "", stages)]);
  const built = reachableStages(stages, target);
  const unresolved = built.flatMap(({ base, line }) =>
    base.kind === "image" && base.reference === undefined ? [noBase(base.written, line)] : [],
  );
  if (unresolved.length > 0) return invalid(path, unresolved);

  const reads = built.flatMap((stage) => stage.reads);
  const { context, copied, warnings: contextWarnings } = chooseContext(path, reads, reader);
  const ignored = ignoredFiles(reader, context, path, reader.size);
  const absent = [
    ...copied.missing.map((each) => absentFile(each, context, reader)),
    ...hidden(copied, reads, context, ignored),
  ];
  if (absent.length > 0) return invalid(path, absent);

  const isPlain = context === "" && ignored.kind === "none" && foreignFrontend(read, given) === undefined;
  const repositoryAt = isPlain ? repositoryCopy(stages, target) : undefined;
  const declared = new Set([...globalArgs, ...stages.flatMap(({ args }) => args)]);
  const unused = undeclaredArgs(Object.keys(given), declared);
  const buildArgs = Object.fromEntries(Object.entries(given).filter(([name]) => !unused.includes(name)));
  const digest = environmentDigest({
    instructions: text,
    files: [
      ...copiedContents(copied.paths, reader, ignored, context),
      ...mountedContents(reads, context, reader, ignored),
    ],
    buildArgs,
    ...(wanted !== undefined && { target: wanted }),
  });
  return {
    kind: "planned",
    plan: {
      source: { kind: "dockerfile", path, reason: found.reason },
      dockerfile: { kind: "repository", path, text, ...(wanted !== undefined && { target: wanted }) },
      context: context === "" ? "." : context,
      copies: copied.paths.map((each) => (each === "" ? "." : each)),
      buildArgs,
      labels: { [LABEL_ENVIRONMENT_DIGEST]: digest, [LABEL_SOURCE]: path },
      digest,
      // What its commands fetch is not known.
      isPinned: false,
      isPinnedOnBase: false,
      includesSource: false,
      // The digest is then that of the whole tree: the same image holds the same files, whatever the commit is called.
      ...(repositoryAt !== undefined && { repositoryAt }),
      warnings: [
        ...contextWarnings,
        ...lintDockerfile(read, built, target).map((finding) => sentence(path, finding)),
        ...unused.map((name) => `buildArgs.${name} has no effect: ${path} declares no ARG ${name}.`),
        ...Object.keys(buildArgs).flatMap((name) =>
          looksSecret(name) ? [`buildArgs.${name} looks like a secret: it stays readable in the image.`] : [],
        ),
        ...kernelWarning(path, built, copied.paths, context, reader),
        ...(question.build.includeSource ? [`includeSource has no effect: ${path} decides what is in the image.`] : []),
      ],
    },
  };
}

interface Context {
  /** Directory of the repository; `""` is the root. */
  readonly context: string;
  readonly copied: CopiedFiles;
  readonly warnings: readonly string[];
}

/** The root, unless what the Dockerfile copies is only there beside it. */
function chooseContext(path: string, reads: readonly ContextRead[], reader: FactsReader): Context {
  const root = { context: "", copied: copiedFiles(reads, "", reader), warnings: [] };
  const own = directoryOf(path);
  if (root.copied.missing.length === 0 || own === "") return root;
  const copied = copiedFiles(reads, own, reader);
  if (copied.missing.length > 0) return root;
  return { context: own, copied, warnings: [`${path} is built in ${own}: what it copies is there, not at the root.`] };
}

function absentFile(
  { line, keyword, written, path }: ContextRead,
  context: string,
  reader: FactsReader,
): DockerfileFinding {
  const where = context === "" ? "the repository" : context;
  const meant = path === undefined || path === written ? "" : ` (${path})`;
  const similar = namesakes(path ?? written, reader);
  return {
    line,
    message: `${keyword} ${written}${meant}: ${where} has no such file or directory`,
    fix:
      similar.length === 0
        ? `commit it, or correct the path: it counts from ${context === "" ? "the repository's root" : context}`
        : `correct the path, which counts from ${context === "" ? "the repository's root" : context}; the repository has ${similar.join(", ")}`,
  };
}

/** What `RUN --mount=type=bind` shows of the context: with buildah all that is there, whatever is ignored. */
function mountedContents(
  reads: readonly ContextRead[],
  context: string,
  reader: FactsReader,
  ignored: IgnoredFiles,
): ReturnType<typeof copiedContents> {
  if (ignored.kind !== "rules") return [];
  const mounts = reads.filter(({ keyword }) => keyword === "RUN");
  return copiedContents(copiedFiles(mounts, context, reader).paths, reader);
}

/** Single files that the `.dockerignore` keeps from the builder. */
function hidden(
  { paths }: CopiedFiles,
  reads: readonly ContextRead[],
  context: string,
  ignored: IgnoredFiles,
): DockerfileFinding[] {
  if (ignored.kind !== "rules") return [];
  return reads.flatMap(({ keyword, line, path }) => {
    const full = path === undefined ? "" : below(context, path.replace(/^(?:\.?\/)+/, ""));
    if (full === context || !paths.includes(full) || !ignored.rules.ignores(full.slice(below(context, "").length))) {
      return [];
    }
    return [
      { line, message: `${keyword} ${path}: ${ignored.path} keeps it from the builder`, fix: `add !${path} there` },
    ];
  });
}

function tooLong(): DockerfileFinding {
  return {
    message: `is longer than ${MAX_DOCKERFILE / 1024} KiB`,
    fix: "move long commands to files of the repository, and COPY them",
  };
}

function noSuchStage(target: string, stages: readonly DockerfileStage[]): DockerfileFinding {
  const names = stages.flatMap(({ name }) => name ?? []);
  return {
    message: `has no stage ${target}`,
    fix:
      names.length > 0
        ? `set spec.podConfig.buildConfig.target to one of: ${names.join(", ")}`
        : "name a stage with FROM … AS",
  };
}

function noBase(written: string, line: number): DockerfileFinding {
  return {
    line,
    message: `FROM ${written} has an argument without a value`,
    fix: "give ARG a default before FROM, or set it in spec.podConfig.buildConfig.buildArgs",
  };
}

function invalid(path: string, findings: readonly DockerfileFinding[]): EnvironmentAnswer {
  const problems = findings.map((finding): EnvironmentProblem => ({ path, ...finding }));
  return { kind: "rejected", reason: "DockerfileInvalid", message: `${path} can't be built`, problems };
}

function sentence(path: string, { line, message }: DockerfileFinding): string {
  return `${path}${line === undefined ? "" : `:${line}`} ${message}.`;
}
