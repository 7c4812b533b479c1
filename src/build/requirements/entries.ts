import { directoryOf, pathWithin } from "../repository-path.js";
import { parseEditable } from "./editable-line.js";
import { InvalidRequirement } from "./invalid-requirement.js";
import { hashOf, type LineOption } from "./line-options.js";
import type { Surroundings } from "./local-target.js";
import { normalName } from "./normal-name.js";
import { parseRequirementLine } from "./requirement-line.js";
import type {
  GlobalOption,
  Position,
  RequirementEntry,
  RequirementProblem,
  RequirementWarning,
} from "./requirement-set.js";
import { problemOf, type Statement, shortLine } from "./statements.js";
import { hasCredentials, splitUrl, withoutCredentials } from "./url.js";

/** What statements mean in one working directory. */
export interface Entries {
  readonly entries: readonly RequirementEntry[];
  readonly options: readonly GlobalOption[];
  readonly problems: readonly RequirementProblem[];
  readonly warnings: readonly RequirementWarning[];
  /** Lines that name a path of the repository which is not there. */
  readonly missingPaths: number;
}

/** Options that apply to the requirement on their line. */
const OF_REQUIREMENT = new Set<string>(["--hash", "--config-settings", "--global-option"]);
/** Options that pip keeps for all requirements wherever they stand; others need a line without a requirement. */
const ANYWHERE = new Set<string>(["--no-binary", "--only-binary", "--all-releases", "--only-final"]);

/** Reads what the statements ask for when pip runs in `surroundings.workingDirectory`. */
export function readEntries(statements: readonly Statement[], surroundings: Surroundings): Entries {
  const entries: RequirementEntry[] = [];
  const options: GlobalOption[] = [];
  const problems: RequirementProblem[] = [];
  const warnings: RequirementWarning[] = [];
  let missingPaths = 0;
  for (const statement of statements) {
    const { position } = statement;
    const warn = (message: string) => warnings.push({ position, message });
    const editable = statement.options.find((option) => option.name === "--editable");
    const text = statement.requirement === "" ? (editable?.value ?? "") : statement.requirement;
    if (statement.requirement === "" && editable === undefined) {
      options.push(...globalOptions(statement, surroundings, warn));
      continue;
    }
    const everywhere = statement.options.filter(({ name }) => ANYWHERE.has(name));
    options.push(...everywhere.map((option) => globalOption(option, position, surroundings)));
    try {
      entries.push(entryOf(statement, text, editable !== undefined, surroundings));
      if (hasCredentials(text))
        warn(`${shortLine(text)} holds credentials, which all who read the repository see: ${REVOKE}`);
      warnOfIgnored(statement, editable !== undefined, warn);
    } catch (error) {
      if (error instanceof InvalidRequirement && error.isPathMissing) missingPaths += 1;
      problems.push(problemOf(error, position, text));
    }
  }
  return { entries, options, problems, warnings, missingPaths };
}

const IN_REQUIREMENTS = "name that in a requirements file, and here only the package and its version";

function entryOf(
  statement: Statement,
  text: string,
  isEditable: boolean,
  surroundings: Surroundings,
): RequirementEntry {
  const { position, isConstraint } = statement;
  if (isEditable && isConstraint) {
    throw new InvalidRequirement("is editable, which constraints can't be", IN_REQUIREMENTS);
  }
  const parts = isEditable ? parseEditable(text, surroundings) : parseRequirementLine(text, surroundings);
  if (isConstraint && parts.name === undefined) {
    throw new InvalidRequirement("has no name, which constraints need", "write it as NAME @ URL");
  }
  if (isConstraint && parts.extras.length > 0) {
    throw new InvalidRequirement("has extras, which constraints can't have", IN_REQUIREMENTS);
  }
  return {
    position,
    text: shortLine(isEditable ? `-e ${text}` : text),
    isConstraint,
    isEditable,
    ...parts,
    ...(parts.name !== undefined && { key: normalName(parts.name) }),
    // pip drops hashes of editable lines.
    hashes: isEditable ? [] : statement.options.filter(isHash).map(({ value = "" }) => hashOf(value)),
  };
}

function isHash(option: LineOption): boolean {
  return option.name === "--hash";
}

function warnOfIgnored(statement: Statement, isEditable: boolean, warn: (message: string) => void): void {
  const { options, strays } = statement;
  const ignored = options.filter((option, index) => {
    if (option.name === "--editable") return options.findIndex(({ name }) => name === "--editable") !== index;
    return !(OF_REQUIREMENT.has(option.name) || ANYWHERE.has(option.name)) || (isEditable && isHash(option));
  });
  if (ignored.length > 0) {
    const names = [...new Set(ignored.map((option) => option.name))].join(", ");
    warn(`pip ignores ${names} on the line of a requirement: give each a line of its own`);
  }
  if (strays.length > 0) warn(`pip ignores ${shortLine(strays.join(" "))} after the options of this line`);
}

function globalOptions(
  statement: Statement,
  surroundings: Surroundings,
  warn: (message: string) => void,
): GlobalOption[] {
  const { position, options, strays, isAfterCut } = statement;
  if (options.some(isHash)) {
    const why = isAfterCut ? ": the comment above it ended the requirement's line" : "";
    warn(`pip ignores a --hash that belongs to no requirement${why}`);
  }
  if (strays.length > 0) warn(`pip ignores ${shortLine(strays.join(" "))}, which belongs to no option`);
  return options
    .filter((option) => !OF_REQUIREMENT.has(option.name))
    .map((option) => {
      for (const message of adviceOn(option)) warn(message);
      return globalOption(option, position, surroundings);
    });
}

function globalOption(option: LineOption, position: Position, surroundings: Surroundings): GlobalOption {
  const name = option.name === "--pypi-url" ? "--index-url" : option.name;
  if (option.value === undefined) return { position, name };
  const path = name === "--find-links" ? findLinksPath(option.value, position, surroundings) : undefined;
  return { position, name, value: withoutCredentials(option.value), ...(path !== undefined && { path }) };
}

/** pip looks beside the requirements file first, then where it runs. */
function findLinksPath(value: string, position: Position, surroundings: Surroundings): string | undefined {
  if (splitUrl(value).scheme !== "") return undefined;
  return [directoryOf(position.path), surroundings.workingDirectory]
    .map((directory) => pathWithin(directory, value))
    .find((path) => path !== undefined && surroundings.kindOf(path) !== undefined);
}

/** Builds have no variables to put in place of credentials. */
const REVOKE = "revoke them, and use a mirror that asks for none";

function adviceOn({ name, value = "" }: LineOption): string[] {
  const advice: string[] = [];
  if (hasCredentials(value)) {
    advice.push(`${name} holds credentials, which all who read the repository see: ${REVOKE}`);
  }
  if (name === "--trusted-host") advice.push(`${name} ${shortLine(value)} lets anybody on the way change packages`);
  if (name === "--extra-index-url") {
    advice.push(`${name}: a package of the same name on any index may be taken; pin with hashes, or use one index`);
  }
  return advice;
}
