import { isDeepStrictEqual } from "node:util";
import { RUNNER_EXITS } from "../api/runner-exit-code.js";
import type { VerdictEvent } from "./event.js";
import { isComplete, type RunProgress } from "./run-progress.js";

/** Everything that is known about an attempt whose container has ended. */
export interface JudgeInput {
  /** The log, folded to its end. */
  readonly progress: RunProgress;
  /** From {@link verdictFromTermination}. */
  readonly termination: VerdictEvent | undefined;
  /** The notebook container's exit code; `undefined` only when the pod is gone and nobody can tell any more. */
  readonly exitCode: number | undefined;
}

/** What came of an attempt. `error` is never a pass: the job's verdict is then `Error`. */
export type Judgement =
  | {
      readonly kind: "verdict";
      readonly verdict: VerdictEvent;
      /** False when the log lost events on its way, so that results of some cells may be missing. */
      readonly resultsComplete: boolean;
      /** The cell that was running at the end, when the verdict is about a death or a time limit. */
      readonly cell?: number;
    }
  | {
      readonly kind: "error";
      /** `VerdictMissing`, `VerdictInconsistent`, or the reason of the runner's exit code. */
      readonly reason: string;
      readonly message: string;
      /** The cell that was running when the trace ends. */
      readonly cell?: number;
    };

/**
 * The verdict, if the evidence allows one. Passing needs a complete, authenticated verdict document of this attempt
 * that agrees with the exit code and with every event seen; anything else is an error with a named reason.
 */
export function judge(input: JudgeInput): Judgement {
  const { progress, termination, exitCode } = input;
  const verdict = progress.verdict ?? termination;
  const cell = progress.running?.cell;
  if (!verdict) return withoutVerdict(exitCode, cell);
  const contradiction = contradictionIn(verdict, input);
  if (contradiction) {
    return {
      kind: "error",
      reason: "VerdictInconsistent",
      message: contradiction,
      ...(cell !== undefined && { cell }),
    };
  }
  const named = verdict.failingCells[0]?.cell ?? cell;
  const isPass = passes(verdict);
  return {
    kind: "verdict",
    verdict,
    resultsComplete: isComplete(progress),
    ...(!isPass && named !== undefined && { cell: named }),
  };
}

function withoutVerdict(exitCode: number | undefined, cell: number | undefined): Judgement {
  const where = cell === undefined ? "" : ` while cell ${cell} was running`;
  const at = cell === undefined ? {} : { cell };
  const exit = exitCode === undefined ? undefined : RUNNER_EXITS[exitCode];
  if (exit && exitCode !== 0) {
    const message = `The runner ${exit.says}${where} (exit code ${exitCode}), but its signed verdict did not arrive`;
    return { kind: "error", reason: exit.reason, message, ...at };
  }
  const how = exitCode === undefined ? "Its exit code is unknown" : `It ended with ${describeExit(exitCode)}${where}`;
  const message = `The runner left no verdict that can be trusted. ${how}`;
  return { kind: "error", reason: "VerdictMissing", message, ...at };
}

function describeExit(exitCode: number): string {
  if (exitCode === 137) return "exit code 137 (killed; out of memory is the usual cause)";
  if (exitCode === 143) return "exit code 143 (asked to stop)";
  return `exit code ${exitCode}`;
}

function passes(verdict: VerdictEvent): boolean {
  return verdict.verdict === "Passed" || verdict.verdict === "PassedWithWarnings";
}

/** The first thing that can't be true together with `verdict`, as a sentence. */
function contradictionIn(verdict: VerdictEvent, { progress, termination, exitCode }: JudgeInput): string | undefined {
  if (progress.verdict && termination && !isDeepStrictEqual(progress.verdict, termination)) {
    return "The verdict in the log differs from the one in the termination message";
  }
  if (exitCode !== undefined && exitCode !== verdict.exitCode) {
    return `The verdict says exit code ${verdict.exitCode}, but the container ended with ${describeExit(exitCode)}`;
  }
  if ((verdict.exitCode === 0) !== passes(verdict)) {
    return `The verdict ${verdict.verdict} does not go with exit code ${verdict.exitCode}`;
  }
  if (progress.start && progress.start.codeCells !== verdict.counts.codeCells) {
    return `The run began with ${progress.start.codeCells} code cells, but its verdict counts ${verdict.counts.codeCells}`;
  }
  return passes(verdict) ? obstacleToPassing(verdict, progress) : undefined;
}

function obstacleToPassing(verdict: VerdictEvent, progress: RunProgress): string | undefined {
  const { counts } = verdict;
  const failing = verdict.failingCells[0]?.cell ?? progress.cells.find((cell) => cell.status === "Failure")?.cell;
  if (failing !== undefined) return `The verdict is ${verdict.verdict}, but cell ${failing} failed`;
  if (counts.failed > 0) return `The verdict is ${verdict.verdict}, but it counts ${counts.failed} failed cells`;
  const finding = [...progress.lint, ...progress.cells.flatMap((cell) => cell.findings)].find(
    ({ severity }) => severity === "failure",
  );
  if (finding) return `The verdict is ${verdict.verdict}, but check ${finding.check} failed: ${finding.message}`;
  if (!isComplete(progress)) return undefined;
  if (progress.running) return `The verdict is ${verdict.verdict}, but cell ${progress.running.cell} never ended`;
  if (progress.cells.length !== counts.codeCells) {
    return `The verdict is ${verdict.verdict}, but only ${progress.cells.length} of ${counts.codeCells} code cells reported a result`;
  }
  return undefined;
}
