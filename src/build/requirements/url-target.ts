import { InvalidRequirement } from "./invalid-requirement.js";
import { ADD_PATH, localTarget, type Surroundings } from "./local-target.js";
import { outsideRepository } from "./outside-repository.js";
import type { RequirementTarget } from "./requirement-set.js";
import { fragmentHash, percentDecoded, splitUrl, vcsOf, withoutCredentials } from "./url.js";
import { isArchive, wheelName } from "./wheel-name.js";

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/**
 * Where a URL leads: to a version control system, to an archive, or (`file:` without a host and a root) into the
 * repository.
 * @param name of the project, if the line tells it
 * @throws InvalidRequirement when pip can't install from it, or the path is outside the repository
 */
export function urlTarget(url: string, surroundings: Surroundings, name?: string): RequirementTarget {
  const { scheme, authority, path } = splitUrl(url);
  const system = vcsOf(scheme);
  if (system !== undefined) {
    const target = vcsTarget(url, system);
    if (scheme.endsWith("+file")) throw outsideRepository(path, name);
    return target;
  }
  const hash = fragmentHash(url);
  if (scheme === "file") {
    if (authority !== "" || path.startsWith("/")) throw outsideRepository(percentDecoded(path), name);
    const file = percentDecoded(path);
    const what = isArchive(file) ? "archive" : "directory";
    const local = localTarget(file, surroundings, what);
    if (local?.kind === "local") return { ...local, ...(hash && { hash }), ...versionOf(file) };
    throw new InvalidRequirement(`names ${file}, which the repository does not have`, ADD_PATH, true);
  }
  if (!["http", "https", "ftp"].includes(scheme)) {
    throw new InvalidRequirement(
      scheme === ""
        ? "has a URL without https:// or git+https:// in front"
        : `has a URL of ${scheme}:, which pip does not know`,
      "write it as NAME @ https://… or NAME @ git+https://…",
    );
  }
  return { kind: "url", url: withoutCredentials(url), ...(hash && { hash }), ...versionOf(percentDecoded(path)) };
}

/** The version that a wheel's name tells. */
function versionOf(path: string): { version: string } | undefined {
  return path.endsWith(".whl") ? { version: wheelName(path.slice(path.lastIndexOf("/") + 1)).version } : undefined;
}

function vcsTarget(url: string, system: "git" | "hg" | "svn" | "bzr"): RequirementTarget {
  const { path } = splitUrl(url);
  const at = path.lastIndexOf("@");
  const revision = at === -1 ? undefined : percentDecoded(path.slice(at + 1));
  if (revision === "") {
    throw new InvalidRequirement("has an empty revision after its last @", "name a full commit id after the @");
  }
  return {
    kind: "vcs",
    url: withoutCredentials(url),
    system,
    ...(revision !== undefined && { revision }),
    isCommit: revision !== undefined && isImmutable(system, revision),
  };
}

/** Only Git and Mercurial name commits by their content. */
function isImmutable(system: "git" | "hg" | "svn" | "bzr", revision: string): boolean {
  return (system === "git" || system === "hg") && COMMIT.test(revision);
}
