import { InvalidRequirement } from "./invalid-requirement.js";
import { ADD_PATH, localTarget, type Surroundings } from "./local-target.js";
import { type Marker, parseMarker } from "./marker.js";
import { parseExtras, parseNamedRequirement } from "./named-requirement.js";
import { strip } from "./python-text.js";
import type { RequirementTarget } from "./requirement-set.js";
import { eggName, isUrl, percentDecoded, splitUrl } from "./url.js";
import { urlTarget } from "./url-target.js";
import { isArchive, wheelName } from "./wheel-name.js";

/** What a requirement asks for, wherever it stands. */
export interface RequirementParts {
  readonly name?: string;
  readonly extras: readonly string[];
  readonly target: RequirementTarget;
  readonly marker?: Marker;
}

/**
 * Reads what stands before the options of a line: a URL, a path of the repository, or a dependency specifier.
 * @throws InvalidRequirement when pip would refuse it
 */
export function parseRequirementLine(text: string, surroundings: Surroundings): RequirementParts {
  const [before, markerText] = withoutMarker(text);
  const marker = markerText === "" ? undefined : parseMarker(markerText);
  const parts = parseWithoutMarker(strip(before), surroundings);
  return marker === undefined ? parts : { ...parts, marker };
}

/** pip cuts at the first semicolon; in a URL only at one that a space follows. */
function withoutMarker(text: string): [requirement: string, marker: string] {
  const separator = isUrl(text) ? "; " : ";";
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), strip(text.slice(at + separator.length))];
}

function parseWithoutMarker(text: string, surroundings: Surroundings): RequirementParts {
  if (isUrl(text)) return ofUrl(text, surroundings);
  const [path, extras] = withoutExtras(text);
  const local = localPath(path, text, surroundings);
  if (local !== undefined) {
    const wheel = local.path.endsWith(".whl") ? wheelName(fileNameOf(local.path)) : undefined;
    const target = wheel === undefined ? local : { ...local, version: wheel.version };
    return { ...(wheel && { name: wheel.project }), extras: parseExtras(extras), target };
  }
  return ofSpecifier(text, surroundings);
}

function ofUrl(text: string, surroundings: Surroundings): RequirementParts {
  const target = urlTarget(text, surroundings);
  const egg = eggName(text);
  const { path } = splitUrl(text);
  const fileName = fileNameOf(percentDecoded(path));
  const name = fileName.endsWith(".whl") ? wheelName(fileName).project : egg;
  return { ...(name !== undefined && { name }), extras: [], target };
}

function ofSpecifier(text: string, surroundings: Surroundings): RequirementParts {
  const { name, extras, clauses, url, marker } = explained(text, () => parseNamedRequirement(text));
  const target: RequirementTarget = url === undefined ? { kind: "index", clauses } : urlTarget(url, surroundings, name);
  if (url !== undefined) eggName(url);
  return { name, extras, target, ...(marker && { marker }) };
}

/** `path[extras]` in two, as pip's greedy pattern splits it. */
export function withoutExtras(text: string): [path: string, extras: string] {
  const open = text.endsWith("]") ? text.lastIndexOf("[") : -1;
  const isExtras = open > 0 && open < text.length - 2;
  return isExtras ? [strip(text.slice(0, open)), text.slice(open)] : [text, ""];
}

/**
 * What a line names in the repository, if it names a path and not a package: a directory that is there, or a text that
 * ends as archives do.
 */
function localPath(path: string, text: string, surroundings: Surroundings) {
  const looksLikePath = text.includes("/") || text.startsWith(".");
  if (looksLikePath) {
    const found = localTarget(path, surroundings, "directory");
    if (found !== undefined) return found;
  }
  if (!isArchive(path)) return undefined;
  const archive = localTarget(path, surroundings, "archive");
  if (archive !== undefined) return archive;
  const beforeAt = text.split("@", 1)[0] ?? "";
  const isUrlRequirement = text.includes("@") && !beforeAt.includes("/") && !beforeAt.startsWith(".");
  if (isUrlRequirement) return undefined;
  throw new InvalidRequirement(`names ${path}, which the repository does not have`, ADD_PATH, true);
}

function fileNameOf(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** Tells what was probably meant when a specifier can't be read. */
function explained<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidRequirement)) throw error;
    const variable = /\$\{([A-Z0-9_]+)\}/.exec(text)?.[1];
    if (variable !== undefined) {
      throw new InvalidRequirement(
        `needs the environment variable ${variable}, which builds don't have`,
        "write its value",
      );
    }
    if (text.includes("/") || text.startsWith(".")) {
      throw new InvalidRequirement("looks like a path, which the repository does not have", ADD_PATH, true);
    }
    throw new InvalidRequirement(error.message, error.fix ?? adviceFor(text));
  }
}

/** What people write instead of a specifier, and what they mean. */
function adviceFor(text: string): string {
  const [, word, version] = /^([\w.-]+) +([0-9][\w.]*)$/.exec(text) ?? [];
  if (word !== undefined) return `write it as ${word}==${version}`;
  const swapped = /=([<>])/.exec(text)?.[1];
  if (swapped !== undefined) return `write ${swapped}= in place of =${swapped}`;
  if (/^["']/.test(text)) return "remove the quotes around the requirement";
  if (/^[\w.-]+::/.test(text)) return "remove the channel and its colons: channels are conda's";
  if (/^(?:python[0-9.]* -m )?pip3? install /.test(text)) return "write only the packages, without the command";
  if (/[^=!<>~]=[^=]/.test(text) && !/[=!<>~]=/.test(text)) return "compare versions with ==";
  if (/\^[0-9]/.test(text)) return "^ is Poetry's: write >=1.2,<2 for ^1.2";
  if (/[^\s#]#/.test(text)) return "put a space before the # of a comment";
  if (text.endsWith("\\")) return "remove the white space after the backslash at the line's end";
  if (text.includes("\t-")) return "put a space, not a tab, before options";
  if (/^[\w.-]+(?: +[\w.-]+)+$/.test(text)) return "put each package on a line of its own";
  return "write it as NAME==VERSION";
}
