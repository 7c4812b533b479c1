import { NETWORK_WORDS } from "../build/network-trouble.js";
import type { Failure } from "../failure.js";
import { failureOf } from "../reasons/catalogue.js";
import { isTelling, shortDetail } from "./log-lines.js";
import { errorTypeOfText } from "./text-patterns.js";

/** IPython names the exception in the same line. */
const TRACEBACK = /Traceback \(most recent call last\)/;
/** Places in cells, as IPython and ipykernel name them. */
const IN_CELL = /^(?:Cell |Input )In ?\[\d{1,6}\]|<ipython-input-|\/ipykernel_\d{1,10}\/\d{1,12}\.py/;
/** How Python ends a traceback: by the exception's name, with its module's if that is not a built-in one. */
const RAISED =
  /^(?:[A-Za-z_]\w{0,64}\.){0,12}[A-Z]\w{0,100}(?:Error|Exception|Interrupt|Exit|Warning)(?:: |$)|^(?:[a-z_]\w{0,64}\.){1,12}[A-Z]\w{0,100}(?:: |$)/;
/** Built-in exceptions that people quote without the traceback, and that no other program names so. */
const QUOTED =
  /^(?:Key|Name|Assertion|FileNotFound|Import|Value|Index|Attribute|ZeroDivision|NotImplemented|Unicode\w{0,10}|Recursion|Indentation)Error(?:: |$)/;

/**
 * The exception with which a notebook or another program in Python ended. One that a cell raised is the notebook's, whatever its
 * words, as in a runner's verdict; elsewhere the floor's transient words come first.
 *
 * @returns `undefined` when Python tells of none
 */
export function raisedError(lines: readonly string[]): Failure | undefined {
  const begin = lines.findLastIndex((line) => TRACEBACK.test(line));
  const after = lines.slice(begin + 1);
  const end = after.findIndex((line) => RAISED.test(line));
  const line = begin < 0 ? lines.findLast(isTelling) : after[end];
  if (line === undefined || (begin < 0 && !QUOTED.test(line))) return undefined;
  const isOfCell = begin >= 0 && after.slice(0, end).some((each) => IN_CELL.test(each));
  if (!isOfCell && lines.some((each) => NETWORK_WORDS.test(each) || errorTypeOfText(each) === "transient")) {
    return undefined;
  }
  const suggestedAction = adviceFor(line);
  if (isOfCell) return failureOf("NotebookError", { detail: shortDetail(line), suggestedAction });
  return failureOf("NotebookError", {
    message: `Python raised ${shortDetail(line)}`,
    suggestedAction: suggestedAction ?? "Correct the code; the traceback says where the error came from",
  });
}

function adviceFor(line: string): string | undefined {
  return /CUDA out of memory/.test(line)
    ? "The GPU's memory is full: take smaller batches or a smaller model, or ask for a GPU that has more"
    : undefined;
}
