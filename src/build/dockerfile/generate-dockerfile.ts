import { type InstallOptions, installCommand } from "./install-script.js";

/** What pip does in the build. */
export interface Installation extends InstallOptions {
  /** Files and directories of the repository that it reads, each `isCopyable`; `.` is all of it. */
  readonly copies: readonly string[];
  /** With paths as {@link environmentPath} gives them. */
  readonly pipArguments: readonly string[];
  /** Directory of the repository in which pip runs; `""` is the root. @default none: nothing of it is copied */
  readonly workingDirectory?: string | undefined;
}

/** What a generated Dockerfile says. */
export interface DockerfileRecipe {
  /** Base image, complete: with its registry, by digest where it is known. */
  readonly base: string;
  /** User of the finished image, as `USER` takes it. */
  readonly user: string;
  /** What it is made from, for the first line's comment. */
  readonly madeFrom: string;
  /** Absent = nothing is installed. */
  readonly installation?: Installation;
  /** Add the repository as the last layer. */
  readonly includesSource: boolean;
}

/** Where the requirement files are in the image, with the layout that they have in the repository. */
const ENVIRONMENT = "/opt/nbv/environment";
/** Where `includeSource` puts the repository. */
export const IMAGE_SOURCE = "/opt/nbv/source";
/** Settings of pip that whoever builds may give as build arguments: they are about the way, not about the result. */
export const PIP_BUILD_ARGUMENTS = ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST"] as const;

/** Where a path of the repository is in the image while it is installed from; `.` and `""` are the root. */
export function environmentPath(path: string): string {
  return path === "" || path === "." ? ENVIRONMENT : `${ENVIRONMENT}/${path}`;
}

/**
 * Writes the Dockerfile of an environment: everything but its labels. Instructions that change least come first; the
 * installation is one layer. No string of the repository or the job becomes part of a shell command.
 */
export function generateDockerfile(recipe: DockerfileRecipe): string {
  const lines = [
    `# Made by notebook-validator-operator from ${recipe.madeFrom}.`,
    `FROM ${recipe.base}`,
    "USER 0",
    ...(recipe.installation === undefined ? [] : installInstructions(recipe.installation)),
    ...(recipe.includesSource ? [jsonForm("COPY", [".", IMAGE_SOURCE])] : []),
    `USER ${recipe.user}`,
  ];
  return `${lines.join("\n")}\n`;
}

function installInstructions(installation: Installation): string[] {
  const { copies, workingDirectory, pipArguments } = installation;
  return [
    ...PIP_BUILD_ARGUMENTS.map((name) => `ARG ${name}`),
    ...[...copies].sort().map((path) => jsonForm("COPY", [path, environmentPath(path)])),
    jsonForm(
      "RUN",
      installCommand(
        workingDirectory === undefined ? "/" : environmentPath(workingDirectory),
        pipArguments,
        installation,
      ),
    ),
  ];
}

/** The `LABEL` instruction for the end of a Dockerfile, sorted by name; nothing without labels. */
export function labelInstruction(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${quoted(name)}=${quoted(value)}`);
  return pairs.length === 0 ? "" : `LABEL ${pairs.join(" \\\n      ")}\n`;
}

function jsonForm(instruction: string, words: readonly string[]): string {
  return `${instruction} [${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

/** In double quotes, with what Dockerfiles would expand escaped. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\$]/g, "\\$&").replaceAll(/[\x00-\x1f\x7f]/g, " ")}"`;
}
