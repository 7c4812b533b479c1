import { directoryOf, pathWithin } from "../repository-path.js";
import { decodeText } from "./decode-text.js";
import { InvalidRequirement } from "./invalid-requirement.js";
import { type LineOption, type LineParts, lineParts } from "./line-options.js";
import { ADD_PATH } from "./local-target.js";
import { expandVariables, type LogicalLine, logicalLines } from "./logical-lines.js";
import type { Position, RequirementFile, RequirementProblem, RequirementWarning } from "./requirement-set.js";
import { maskSecrets } from "./url.js";

/** Deepest chain of includes. pip has no limit; nobody has more than three. */
const MAX_DEPTH = 10;
/** Most inclusions, the same file counted each time: files that include each other twice would double them each level. */
const MAX_INCLUSIONS = 200;
/** Most logical lines of all inclusions together: a large lock file has some hundreds. They are judged in one go. */
const MAX_LINES = 30_000;
/** Most bytes of all inclusions together. One file of a repository may have as many. */
const MAX_BYTES = 16 * 1024 ** 2;

/** A logical line taken apart, which is not an include. */
export interface Statement extends LineParts {
  readonly position: Position;
  readonly isConstraint: boolean;
  /** Whether a comment ended the line above it though that one went on. */
  readonly isAfterCut: boolean;
}

/** All lines of a file and of those that it includes, in pip's order. */
export interface Statements {
  readonly files: readonly RequirementFile[];
  readonly statements: readonly Statement[];
  readonly problems: readonly RequirementProblem[];
  readonly warnings: readonly RequirementWarning[];
}

/** What statements are collected from. */
export interface StatementSource {
  read(path: string): Uint8Array | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** Reads a file and everything that it includes. */
export function collectStatements(path: string, source: StatementSource): Statements {
  const collector = new Collector(source);
  collector.visit({ path, kind: "requirements" }, []);
  return collector;
}

class Collector implements Statements {
  readonly files: RequirementFile[] = [];
  readonly statements: Statement[] = [];
  readonly problems: RequirementProblem[] = [];
  readonly warnings: RequirementWarning[] = [];
  private inclusions = 0;
  private lines = 0;
  private bytes = 0;
  /** Whether a limit of everything together was reached: then nothing more is read. */
  private isFull = false;

  constructor(private readonly source: StatementSource) {}

  /** @param within paths that are being read, from the first to the one that includes `file` */
  visit(file: Omit<RequirementFile, "isRead">, within: readonly string[]): void {
    const { path, kind, includedAt } = file;
    const bytes = this.source.read(path);
    const isRead = bytes !== undefined;
    if (!this.files.some((known) => known.path === path && known.kind === kind)) this.files.push({ ...file, isRead });
    const whole = { path, line: 1 };
    if (!isRead) {
      const fix = includedAt === undefined ? ADD_PATH : `${ADD_PATH}, which starts where ${includedAt.path} is`;
      this.refuse(includedAt ?? whole, `${path} is not in the repository`, fix);
      return;
    }
    this.bytes += bytes.length;
    if (this.bytes > MAX_BYTES) {
      this.stop(includedAt ?? whole, `${MAX_BYTES / 1024 ** 2} MiB`);
      return;
    }
    const text = this.attempt(whole, path, () => decodeText(bytes));
    if (text === undefined) return;
    let isAfterCut = false;
    for (const line of logicalLines(text)) {
      this.lines += 1;
      if (this.lines > MAX_LINES) this.stop({ path, line: line.line }, `${MAX_LINES} lines`);
      if (this.isFull) return;
      this.readLine(line, file, [...within, path], isAfterCut);
      isAfterCut = line.isCutByComment;
    }
  }

  private readLine(
    line: LogicalLine,
    file: Omit<RequirementFile, "isRead">,
    within: readonly string[],
    isAfterCut: boolean,
  ): void {
    const position: Position = { path: file.path, line: line.line };
    const text = expandVariables(line.text, this.source.variables);
    const parts = this.attempt(position, text, () => lineParts(text));
    if (parts === undefined) return;
    const include = parts.requirement === "" ? includeOf(parts.options) : undefined;
    if (include === undefined) {
      this.statements.push({ ...parts, position, isConstraint: file.kind === "constraints", isAfterCut });
    } else {
      if (parts.options.length > 1 || parts.strays.length > 0) {
        this.warnings.push({ position, message: `only ${include.name} is read of this line: pip ignores the rest` });
      }
      this.include(include, position, within);
    }
  }

  private include(option: LineOption, position: Position, within: readonly string[]): void {
    const { name, value = "" } = option;
    if (/^(?:https?|file):/i.test(value)) {
      this.refuse(position, `${name} ${maskSecrets(value)} is a URL: only files of the repository are read`, COPY);
      return;
    }
    const path = pathWithin(directoryOf(position.path), value);
    if (path === undefined) {
      this.refuse(position, `${name} ${value} is outside the repository`, COPY);
      return;
    }
    if (within.includes(path)) {
      const circle = [...within.slice(within.indexOf(path)), path].join(" → ");
      this.refuse(position, `${path} includes itself: ${circle}`, "remove this line");
      return;
    }
    this.inclusions += 1;
    if (within.length > MAX_DEPTH || this.inclusions > MAX_INCLUSIONS) {
      const limit = within.length > MAX_DEPTH ? `deeper than ${MAX_DEPTH} files` : `more than ${MAX_INCLUSIONS} times`;
      this.refuse(position, `files are included ${limit}`, "put what they say into fewer files");
      return;
    }
    const kind = name === "--constraint" ? "constraints" : "requirements";
    this.visit({ path, kind, includedAt: position }, within);
  }

  private stop(position: Position, limit: string): void {
    if (!this.isFull) {
      const message = `the files have more than ${limit} together, each counted as often as it is included`;
      this.refuse(position, message, "include each file once, or list only what the notebook needs");
    }
    this.isFull = true;
  }

  private refuse(position: Position, message: string, fix: string): void {
    this.problems.push({ reason: "RequirementsInvalid", position, message, fix });
  }

  private attempt<T>(position: Position, text: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.problems.push(problemOf(error, position, text));
      return undefined;
    }
  }
}

/** pip looks for -r first, wherever it stands, and takes only the first of its kind. */
function includeOf(options: readonly LineOption[]): LineOption | undefined {
  if (options.some((option) => option.name === "--editable")) return undefined;
  const first = (name: string) => options.find((option) => option.name === name);
  return first("--requirement") ?? first("--constraint");
}

/**
 * What is wrong with a line, for people.
 * @throws everything that is not an {@link InvalidRequirement}
 */
export function problemOf(error: unknown, position: Position, text: string): RequirementProblem {
  if (!(error instanceof InvalidRequirement)) throw error;
  const message = `${shortLine(text)} ${maskSecrets(error.message)}`;
  return { reason: "RequirementsInvalid", position, message, ...(error.fix !== undefined && { fix: error.fix }) };
}

const COPY = "copy the file into the repository, and name that";

const MAX_SHOWN = 200;

/** A line as it is shown: secrets masked, control characters as spaces, not longer than 200 characters. */
export function shortLine(text: string): string {
  // Cut only after masking: half a URL would hide where its secret ends.
  const shown = maskSecrets(text.slice(0, 4000)).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN - 1)}…` : shown;
}
