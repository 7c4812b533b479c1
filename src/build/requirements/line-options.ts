import { InvalidRequirement } from "./invalid-requirement.js";
import type { ArtifactHash } from "./requirement-set.js";
import { shellWords } from "./shell-words.js";

/** The options that pip knows in a requirements file, by their long form, and what follows each. */
const OPTIONS = {
  "--index-url": "value",
  "--pypi-url": "value",
  "--extra-index-url": "value",
  "--no-index": "flag",
  "--constraint": "value",
  "--requirement": "value",
  "--editable": "value",
  "--find-links": "value",
  "--no-binary": "value",
  "--only-binary": "value",
  "--prefer-binary": "flag",
  "--require-hashes": "flag",
  "--no-require-hashes": "flag",
  "--pre": "flag",
  "--all-releases": "value",
  "--only-final": "value",
  "--trusted-host": "value",
  "--use-feature": "value",
  "--hash": "value",
  "--config-settings": "value",
  // Until pip 26; ignored here, but a line that has it is not wrong for the pip of an older base image.
  "--global-option": "value",
} as const satisfies Record<string, "value" | "flag">;

/** Long form of an option. */
export type OptionName = keyof typeof OPTIONS;

const NAMES = Object.keys(OPTIONS) as OptionName[];

const SHORT: Readonly<Record<string, OptionName>> = {
  "-i": "--index-url",
  "-c": "--constraint",
  "-r": "--requirement",
  "-e": "--editable",
  "-f": "--find-links",
  "-C": "--config-settings",
};

/** Digits of the algorithms that `--hash` takes. */
export const STRONG_HASHES: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** One option as it stands in a line. */
export interface LineOption {
  readonly name: OptionName;
  readonly value?: string;
}

/** What a line consists of. */
export interface LineParts {
  /** What stands before the first option: a requirement, or nothing. */
  readonly requirement: string;
  readonly options: readonly LineOption[];
  /** Words among the options that belong to none: pip ignores them silently. */
  readonly strays: readonly string[];
}

/**
 * Takes a logical line apart: options begin at the first word (between spaces; a tab does not count) that starts with a
 * dash, and follow the rules of Python's `optparse`, with abbreviations.
 * @throws InvalidRequirement when an option is unknown, ambiguous, or lacks its value
 */
export function lineParts(line: string): LineParts {
  const start = line.startsWith("-") ? 0 : line.indexOf(" -") + 1;
  if (start === 0 && !line.startsWith("-")) return { requirement: line, options: [], strays: [] };
  // pip joins the words before the options by spaces again, so that the last space is gone.
  const requirement = line.slice(0, Math.max(0, start - 1));
  const words = shellWords(line.slice(start));
  const options: LineOption[] = [];
  const strays: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") {
      strays.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      strays.push(word);
      continue;
    }
    const { name, value } = word.startsWith("--") ? longOption(word) : shortOption(word);
    if (OPTIONS[name] === "flag") {
      if (value !== undefined)
        throw new InvalidRequirement(`gives ${name} a value, which takes none`, `write only ${name}`);
      options.push({ name });
    } else if (value !== undefined) {
      options.push(checked({ name, value }));
    } else {
      at += 1;
      const next = words[at];
      if (next === undefined) throw new InvalidRequirement(`lacks the value of ${name}`, `write it after ${name}`);
      options.push(checked({ name, value: next }));
    }
  }
  return { requirement, options, strays };
}

function longOption(word: string): { name: OptionName; value: string | undefined } {
  const equals = word.indexOf("=");
  const written = equals === -1 ? word : word.slice(0, equals);
  const value = equals === -1 ? undefined : word.slice(equals + 1);
  const exact = NAMES.find((name) => name === written);
  const candidates = exact === undefined ? NAMES.filter((name) => name.startsWith(written)) : [exact];
  const [name, second] = candidates;
  if (name === undefined) throw unknown(written);
  if (second !== undefined) {
    throw new InvalidRequirement(
      `has the option ${written}, which may mean ${candidates.join(" or ")}`,
      "write it in full",
    );
  }
  return { name, value };
}

function shortOption(word: string): { name: OptionName; value: string | undefined } {
  const written = word.slice(0, 2);
  const name = Object.hasOwn(SHORT, written) ? SHORT[written] : undefined;
  if (name === undefined) throw unknown(written);
  return { name, value: word.length > 2 ? word.slice(2) : undefined };
}

function unknown(option: string): InvalidRequirement {
  return new InvalidRequirement(
    `has the option ${option.slice(0, 60)}, which pip does not know in a requirements file`,
    "remove it",
  );
}

function checked(option: { name: OptionName; value: string }): LineOption {
  const { name, value } = option;
  if (name === "--hash") hashOf(value);
  if (name === "--config-settings" && !value.includes("=")) {
    throw new InvalidRequirement("has --config-settings that are not KEY=VALUE", "write KEY=VALUE");
  }
  const takesNames =
    name === "--no-binary" || name === "--only-binary" || name === "--all-releases" || name === "--only-final";
  if (takesNames && value.startsWith("-")) {
    throw new InvalidRequirement(`lacks the value of ${name}`, `write it after ${name}`);
  }
  return option;
}

/**
 * The value of a `--hash` option.
 * @throws InvalidRequirement when it is not `algorithm:digest`, or the algorithm is too weak
 */
export function hashOf(value: string): ArtifactHash {
  const colon = value.indexOf(":");
  if (colon === -1) {
    throw new InvalidRequirement("has a --hash without an algorithm", "write it as --hash=sha256:DIGEST");
  }
  const algorithm = value.slice(0, colon);
  if (!Object.hasOwn(STRONG_HASHES, algorithm)) {
    const allowed = Object.keys(STRONG_HASHES).join(", ");
    throw new InvalidRequirement(
      `has a --hash of ${algorithm.slice(0, 20)}; pip takes ${allowed}`,
      "take the one that pip hash FILE prints",
    );
  }
  return { algorithm, digest: value.slice(colon + 1) };
}
