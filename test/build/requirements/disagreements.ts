import type { RequirementSet } from "../../../src/build/index.js";
import type { PipAnswer, PipCase } from "./pip-oracle.js";

/** What pip and our reader said about one case. */
export interface Comparison {
  readonly question: PipCase;
  readonly pip: PipAnswer;
  /** Of the pip that answered. */
  readonly version: number;
  readonly ours: RequirementSet;
  /** Physical lines (`file:line`) on which we see a problem. */
  readonly refused: ReadonlySet<string>;
}

/** One way in which we disagree with a pip on purpose. */
export interface Disagreement {
  readonly name: string;
  readonly why: string;
  /** Whether this explains what was said about the case. */
  readonly explains: (comparison: Comparison) => boolean;
}

const LATE =
  /repository does not have|neither pyproject\.toml|without https:\/\/|which pip does not know$|no directory of the repository|outside the repository|which constraints (?:can't have|need)$|not a wheel's name$/;

/**
 * Lines that pip accepts while it reads, and refuses later: constraints with extras or without a name when it has read
 * everything; a path that is not there or not in the repository, a directory that is no project, and a URL whose scheme
 * nobody serves when it fetches. We tell them all before the build.
 */
export function lateRefusals(ours: RequirementSet): Set<string> {
  const late = ours.problems.filter(({ message }) => LATE.test(message));
  return new Set(late.map(({ position }) => `${position.path}:${position.line}`));
}

const text = ({ question }: Comparison) =>
  Object.values(question.files)
    .map((content) => (typeof content === "string" ? content : ""))
    .join("\n");
const accepts = ({ pip }: Comparison) => pip.error === null;
const accept = ({ ours }: Comparison) => ours.problems.length === 0;

/** Every known disagreement. The first that explains a case is taken for it. */
export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    name: "features",
    why: "which --use-feature there are depends on pip's version: it says so itself in the build",
    explains: ({ pip }) => pip.error?.includes("--use-feature") === true,
  },
  {
    name: "legacy versions (pip < 24.1)",
    why: "it took any text after an operator for a version (foo==latest, foo>=1.*, foo==); all later ones refuse that",
    explains: (comparison) =>
      comparison.version < 24.1 &&
      comparison.ours.problems.some(({ message }) =>
        /compares with no version|is expected|which is none|not a wheel's name|needs the environment variable/.test(
          message,
        ),
      ) &&
      (accepts(comparison) || comparison.refused.size > 0),
  },
  {
    name: "older grammar (pip < 24.1)",
    why: "it refused names that end in _, empty parentheses, a comma at the end, two spaces in not in, and relative file URLs",
    explains: (comparison) =>
      comparison.version < 24.1 && !accepts(comparison) && /_|\(\s*\)|,|not {2}in|@ *file:|;/.test(text(comparison)),
  },
  {
    name: "spelling of markers (pip < 26)",
    why: "older ones print the names of extras as written, double quotes around text that has them, and no inner parentheses",
    explains: (comparison) =>
      comparison.version < 26 && accepts(comparison) && accept(comparison) && /;/.test(text(comparison)),
  },
  {
    name: "#egg= with extras (pip < 25)",
    why: "it warned of what later ones refuse",
    explains: (comparison) => comparison.version < 25 && /#egg=[^&\s]*\[/.test(text(comparison)),
  },
  {
    name: "an editable option after a requirement (pip < 25)",
    why: "it ignored the option; later ones take the requirement for editable, which it can't be",
    explains: (comparison) => comparison.version < 25 && /^[^-#\n][^\n]* (?:-e|--editable)/m.test(text(comparison)),
  },
  {
    name: "UTF-32 (pip < 25)",
    why: "it took the mark of little-endian UTF-32 for that of UTF-16",
    explains: ({ version, question }) =>
      version < 25 && Buffer.from(question.files["requirements.txt"] as string)[3] === 0,
  },
  {
    name: "files that include themselves (pip < 24.1)",
    why: "it read them for ever",
    explains: ({ version, pip, ours }) =>
      version < 24.1 && pip.error?.startsWith("RecursionError") === true && ours.problems.length > 0,
  },
];
