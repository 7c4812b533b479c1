import { below, directoryOf, pathWithin, upwards } from "../repository-path.js";
import type { EnvironmentAnswer, EnvironmentQuestion } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";
import { namesakes } from "./namesakes.js";

/** What a job's environment is to be made from. */
export type DetectedEnvironment =
  | { readonly kind: "requirements" | "dockerfile"; readonly path: string; readonly reason: string }
  /** Neither requirements nor a Dockerfile were found. */
  | { readonly kind: "nothing"; readonly reason: string };

export interface Detection {
  readonly kind: "detected";
  readonly environment: DetectedEnvironment;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

type Rejection = Extract<EnvironmentAnswer, { kind: "rejected" }>;
type Found = Extract<DetectedEnvironment, { path: string }>;

/**
 * Finds what the environment is made from: what the job names (`requirementsFile`, `dockerfilePath`, then the first of
 * `requirementsSources` that exists), else what the repository has: requirements.txt nearest to the notebook, then a
 * Dockerfile beside it or at the root; `preferDockerfile` swaps these two.
 */
export function detectEnvironment(question: EnvironmentQuestion, reader: FactsReader): Detection | Rejection {
  const named = namedEnvironment(question, reader);
  if (named !== undefined) return named;
  const { build } = question;
  const warnings: string[] = [];
  const sources = build.requirementsSources ?? [];
  for (const source of sources) {
    const path = pathWithin("", source);
    if (path === undefined || !reader.isFile(path)) continue;
    const reason = sources[0] === source ? "first of requirementsSources" : "first of requirementsSources that exists";
    return { kind: "detected", environment: { kind: "requirements", path, reason }, warnings };
  }
  if (sources.length > 0) warnings.push(`None of requirementsSources exists: ${sources.join(", ")}.`);

  const requirements = build.autoGenerateRequirements ? nearestRequirements(question, reader) : undefined;
  const dockerfile = nearestDockerfile(question, reader);
  const [first, second] = build.preferDockerfile ? [dockerfile, requirements] : [requirements, dockerfile];
  const chosen = first ?? second;
  if (chosen === undefined)
    return { kind: "detected", environment: { kind: "nothing", reason: whyNothing(question) }, warnings };
  if (first !== undefined && second !== undefined) {
    const how = build.preferDockerfile ? "preferDockerfile is set" : "set preferDockerfile for the other";
    warnings.push(`The repository has both ${first.path} and ${second.path}: ${first.path} is used; ${how}.`);
  }
  return { kind: "detected", environment: chosen, warnings };
}

function namedEnvironment({ build }: EnvironmentQuestion, reader: FactsReader): Detection | Rejection | undefined {
  const { requirementsFile, dockerfilePath, preferDockerfile } = build;
  if (requirementsFile === undefined && dockerfilePath === undefined) return undefined;
  const usesDockerfile = dockerfilePath !== undefined && (requirementsFile === undefined || preferDockerfile);
  const warnings: string[] = [];
  if (requirementsFile !== undefined && dockerfilePath !== undefined) {
    const used = usesDockerfile
      ? "the Dockerfile is used, because preferDockerfile is set"
      : "the requirements are used";
    warnings.push(`The job names both requirementsFile and dockerfilePath: ${used}.`);
  }
  const field = usesDockerfile ? "dockerfilePath" : "requirementsFile";
  const written = (usesDockerfile ? dockerfilePath : requirementsFile) ?? "";
  const path = pathWithin("", written);
  if (path === undefined || !reader.isFile(path)) return missing(field, written, reader);
  const kind = usesDockerfile ? "dockerfile" : "requirements";
  return { kind: "detected", environment: { kind, path, reason: `named by ${field}` }, warnings };
}

function missing(field: "dockerfilePath" | "requirementsFile", path: string, reader: FactsReader): Rejection {
  const reason = field === "dockerfilePath" ? "DockerfileNotFound" : "RequirementsNotFound";
  const normal = pathWithin("", path);
  const isDirectory = normal !== undefined && reader.kindOf(normal) === "directory";
  const similar = namesakes(path, reader);
  return {
    kind: "rejected",
    reason,
    message: `The file that ${field} names is not there`,
    problems: [
      {
        path,
        message: isDirectory ? "is a directory" : "is not in the repository",
        fix:
          similar.length > 0
            ? `set spec.podConfig.buildConfig.${field} to one of: ${similar.join(", ")}`
            : `commit the file, or correct spec.podConfig.buildConfig.${field}`,
      },
    ],
  };
}

function nearestRequirements({ notebook }: EnvironmentQuestion, reader: FactsReader): Found | undefined {
  const home = homeOf(notebook);
  for (const directory of upwards(home)) {
    const path = below(directory, "requirements.txt");
    if (!reader.isFile(path)) continue;
    const reason = directory === home ? "beside the notebook" : "nearest to the notebook";
    return { kind: "requirements", path, reason };
  }
  return undefined;
}

function nearestDockerfile({ notebook }: EnvironmentQuestion, reader: FactsReader): Found | undefined {
  const home = homeOf(notebook);
  for (const directory of new Set([home, ""])) {
    const path = below(directory, "Dockerfile");
    if (!reader.isFile(path)) continue;
    return {
      kind: "dockerfile",
      path,
      reason: directory === home ? "beside the notebook" : "at the repository's root",
    };
  }
  return undefined;
}

function homeOf(notebook: string): string {
  return directoryOf(pathWithin("", notebook) ?? "");
}

function whyNothing({ build, notebook }: EnvironmentQuestion): string {
  return build.autoGenerateRequirements
    ? `no requirements.txt beside ${notebook} or above it, and no Dockerfile there or at the root`
    : `requirements are not searched (autoGenerateRequirements: false), and there is no Dockerfile`;
}
