import { InvalidRequirement } from "./invalid-requirement.js";
import { wheelName } from "./wheel-name.js";

/**
 * What to say of a path that is not below the repository's root. Such lines come from `pip freeze` on somebody's
 * computer (conda builds its packages in directories that are long gone); wheels in a base image are found by
 * `--find-links /opt/wheels` and a version.
 * @param path a path or a URL
 * @param name of the project, if the line tells it
 */
export function outsideRepository(path: string, name?: string): InvalidRequirement {
  const project = name === undefined ? (pinOfWheel(path) ?? "NAME==VERSION") : `${name}==VERSION`;
  return new InvalidRequirement(
    "names a path outside the repository, which builds don't have",
    `write ${project} in its place (pip list --format=freeze lists versions so), or put it into the repository`,
  );
}

function pinOfWheel(path: string): string | undefined {
  const fileName = /[^/]*\.whl$/.exec(path.split(/[?#]/, 1)[0] ?? "")?.[0];
  if (fileName === undefined) return undefined;
  try {
    const { project, version } = wheelName(fileName);
    return `${project}==${version}`;
  } catch {
    return undefined;
  }
}
