import {
  buildIfEnabled,
  effectiveSpec,
  type NotebookValidationJobSpec,
  type OperatorConfig,
  UserError,
} from "../../api/index.js";
import {
  type EnvironmentAnswer,
  type EnvironmentPlan,
  type EnvironmentQuestion,
  type Installation,
  planEnvironment,
  problemText,
  type SourceFacts,
  wantedFiles,
} from "../../build/index.js";
import { SourceError } from "../../operator/index.js";
import { readLocalFacts } from "../../operator/source/local-facts.js";

/** What decides about a job's environment on this computer. */
export interface LocalEnvironmentQuestion {
  /** Directory with the repository's files. */
  readonly root: string;
  readonly spec: NotebookValidationJobSpec;
  readonly config: OperatorConfig;
}

/** The environment of a job on this computer: a virtual environment in place of the image that a cluster would build. */
export interface LocalEnvironment {
  /** What is installed, for people: "requirements.txt". */
  readonly name: string;
  /** The same and why: "requirements.txt (beside the notebook)". */
  readonly madeFrom: string;
  /** What pip does; absent = nothing but the kernel is installed. */
  readonly installation?: Installation;
  /** Contents of files that the installation reads, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Environments with the same one are the same. */
  readonly digest: string;
  /** What a cluster would say of it, one sentence each. */
  readonly warnings: readonly string[];
  /** Where a cluster's environment is another one, one sentence each. */
  readonly differences: readonly string[];
  /** Dockerfile whose image a cluster would run the notebook on: what it installs may be missing here. */
  readonly dockerfile?: string;
}

type Build = EnvironmentQuestion["build"];

/** Digest of an environment with nothing but the kernel. */
const KERNEL_ALONE = "kernel";

/**
 * Plans a job's environment from the same files and by the same rules as the operator plans its image. Where the job
 * builds none, its requirements stand for the image that it names, and are held to no policy.
 * @throws UserError where a cluster would refuse the environment, with the same words
 */
export async function planLocalEnvironment(question: LocalEnvironmentQuestion): Promise<LocalEnvironment> {
  const { root, spec, config } = question;
  const built = effectiveSpec(spec, config).build;
  // Who adds the repository to the image adds it for people: nothing is installed from it.
  const build = built === undefined ? standIn(buildIfEnabled(spec, config)) : { ...built, includeSource: false };
  const about = (of: Build, facts: SourceFacts): EnvironmentQuestion => ({
    notebook: spec.notebook.path,
    build: of,
    base: { reference: build.baseImage ?? config.defaultImages.base },
    facts,
  });
  const questions = [build, standIn(build)];
  const facts = await factsOf(root, (known) => questions.flatMap((each) => wantedFiles(about(each, known))));
  const plan = planned(planEnvironment(about(build, facts)));
  if (plan.dockerfile.kind !== "repository") return fromPlan(plan, facts, build, built !== undefined);
  // A Dockerfile can't be built without a builder: what requirements there are come nearest to it.
  const instead = planEnvironment(about(standIn(build), facts));
  const nearest =
    instead.kind === "planned" && instead.plan.dockerfile.kind !== "repository" ? instead.plan : undefined;
  const local = nearest === undefined ? kernelAlone() : fromPlan(nearest, facts, build, false);
  const { path, target } = plan.dockerfile;
  const stage = target === undefined ? "" : `, stage ${target}`;
  return {
    ...local,
    warnings: plan.warnings,
    ...(built !== undefined && { dockerfile: path }),
    differences:
      built === undefined
        ? []
        : [`A cluster builds ${path}${stage}: what it does beyond installing ${local.name} is missing here.`],
  };
}

/** The same search without Dockerfiles and without policies: for environments that only stand for another one. */
function standIn(build: Build): Build {
  const { dockerfilePath: _named, target: _stage, buildArgs: _arguments, ...rest } = build;
  return {
    ...rest,
    preferDockerfile: false,
    includeSource: false,
    fallbackStrategy: build.fallbackStrategy === "auto" ? "auto" : "warn",
    allowUnpinned: true,
    verifyHashes: false,
    failOnConflict: false,
  };
}

function fromPlan(plan: EnvironmentPlan, facts: SourceFacts, build: Build, isBuilt: boolean): LocalEnvironment {
  const { source, installation } = plan;
  if (installation === undefined) {
    const differences = [`A cluster runs the notebook on ${build.baseImage} as it is, with all that this image has.`];
    return { ...kernelAlone(), warnings: plan.warnings, differences: isBuilt ? differences : [] };
  }
  const name = source.path ?? "the notebook's imports";
  return {
    name,
    madeFrom: source.path === undefined ? name : `${name} (${source.reason})`,
    installation,
    files: facts.files,
    digest: plan.digest,
    warnings: isBuilt ? plan.warnings : [],
    differences: isBuilt
      ? [
          `A cluster installs ${name} on ${build.baseImage}, whose Python and whose own packages may be others than here.`,
          ...(installation.demandsHashes
            ? ["The kernel, which a base image brings in a cluster, is installed here without a hash."]
            : []),
        ]
      : [],
  };
}

function kernelAlone(): LocalEnvironment {
  return {
    name: "ipykernel",
    madeFrom: "ipykernel alone (no requirements found)",
    files: new Map(),
    digest: KERNEL_ALONE,
    warnings: [],
    differences: [],
  };
}

async function factsOf(root: string, wanted: (facts: SourceFacts) => readonly string[]): Promise<SourceFacts> {
  try {
    return await readLocalFacts(root, wanted);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new UserError({ what: "the job's files can't be read", where: [error.message] });
  }
}

function planned(answer: EnvironmentAnswer): EnvironmentPlan {
  if (answer.kind === "planned") return answer.plan;
  const { message, problems } = answer;
  const fixes = [...new Set(problems.flatMap(({ fix }) => fix ?? []))];
  throw new UserError({
    what: message,
    where: problems.map(problemText),
    ...(fixes.length === 0 ? {} : { fix: fixes.join("; ") }),
  });
}
