import { InvalidRequirement } from "./invalid-requirement.js";
import { localTarget, type Surroundings } from "./local-target.js";
import { type NamedRequirement, parseExtras, parseNamedRequirement } from "./named-requirement.js";
import { type RequirementParts, withoutExtras } from "./requirement-line.js";
import { eggName, splitUrl, vcsOf } from "./url.js";
import { urlTarget } from "./url-target.js";

const BARE_SYSTEM = /^(git|hg|svn|bzr):/i;

/**
 * Reads the value of `-e`: a directory of the repository, a version control URL with `#egg=NAME`, or `NAME @ URL`.
 * @throws InvalidRequirement when pip would refuse it
 */
export function parseEditable(text: string, surroundings: Surroundings): RequirementParts {
  const named = namedUrl(text);
  if (named?.url !== undefined) {
    const target = editableTarget(named.url, surroundings, named.name);
    return { name: named.name, extras: named.extras, target, ...(named.marker && { marker: named.marker }) };
  }
  const [path, bracketed] = withoutExtras(text);
  const extras = parseExtras(bracketed);
  if (splitUrl(path).scheme === "") {
    const local = localTarget(path, surroundings, "directory");
    if (local !== undefined) return { extras, target: local };
    throw new InvalidRequirement(
      `installs ${path} as editable, which is no directory of the repository`,
      "name a directory that has pyproject.toml, or remove the -e",
      true,
    );
  }
  const isFile = path.toLowerCase().startsWith("file:");
  const url = isFile ? path : text.replace(BARE_SYSTEM, "$1+$1:");
  const target = editableTarget(url, surroundings);
  const name = eggName(url);
  if (name === undefined && !isFile) {
    throw new InvalidRequirement("does not tell the project's name", "write it as NAME @ URL, or add #egg=NAME");
  }
  return { ...(name !== undefined && { name }), extras: isFile ? extras : [], target };
}

function namedUrl(text: string): NamedRequirement | undefined {
  try {
    return parseNamedRequirement(text);
  } catch (error) {
    if (error instanceof InvalidRequirement) return undefined;
    throw error;
  }
}

function editableTarget(url: string, surroundings: Surroundings, name?: string) {
  const { scheme } = splitUrl(url);
  if (vcsOf(scheme) === undefined && scheme !== "file") {
    throw new InvalidRequirement(
      "is editable, which only directories and version control URLs can be",
      "remove the -e",
    );
  }
  return urlTarget(url, surroundings, name);
}
