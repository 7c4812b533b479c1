import { pathWithin } from "../repository-path.js";
import { InvalidRequirement } from "./invalid-requirement.js";
import { outsideRepository } from "./outside-repository.js";
import type { RequirementTarget } from "./requirement-set.js";

/** What lines that name paths are read against. */
export interface Surroundings {
  /** Directory that pip runs in, relative to the repository's root; `""` = the root. */
  readonly workingDirectory: string;
  /** What is at a path of the repository. */
  kindOf(path: string): "file" | "directory" | undefined;
}

/** What mends a path that is not there. */
export const ADD_PATH = "add it to the repository, or correct the path";

/** A target in the repository. */
export type LocalTarget = Extract<RequirementTarget, { kind: "local" }>;

/**
 * What is at a path, if it is of the kind that is looked for.
 * @throws InvalidRequirement when the path leaves the repository, or the directory holds no Python project
 */
export function localTarget(
  path: string,
  surroundings: Surroundings,
  what: LocalTarget["what"],
): LocalTarget | undefined {
  const within = pathWithin(surroundings.workingDirectory, path);
  if (within === undefined) throw outsideRepository(path);
  const kind = surroundings.kindOf(within);
  if (what === "archive") return kind === "file" ? { kind: "local", path: within, what } : undefined;
  if (kind !== "directory") return undefined;
  const isProject = ["setup.py", "pyproject.toml"].some(
    (file) => surroundings.kindOf(within === "" ? file : `${within}/${file}`) === "file",
  );
  if (!isProject) {
    throw new InvalidRequirement(
      `names the directory ${path}, which has neither pyproject.toml nor setup.py`,
      "add pyproject.toml, or name the directory that has it",
      surroundings.workingDirectory === "",
    );
  }
  return { kind: "local", path: within, what };
}
