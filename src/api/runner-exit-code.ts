/** One exit code of the runner (spec "Validation" §2) and what it says when nothing better is known. */
export interface RunnerExit {
  /** Failure reason of the recovery catalogue; `Passed` for 0. */
  readonly reason: string;
  /** End of the sentence "the runner …". */
  readonly says: string;
}

/**
 * The runner's exit codes. 126 and above are avoided: they belong to shells and signals. The verdict document is
 * authoritative; the code must agree with it, and is the fallback when the document is lost.
 */
export const RUNNER_EXITS: Readonly<Record<number, RunnerExit>> = {
  0: { reason: "Passed", says: "passed the notebook" },
  1: { reason: "RunnerBug", says: "failed by a mistake of its own" },
  10: { reason: "NotebookError", says: "saw a cell raise an error" },
  11: { reason: "ChecksFailed", says: "saw a check fail" },
  12: { reason: "ComparisonFailed", says: "saw outputs that differ from the golden notebook" },
  13: { reason: "ChecksFailed", says: "saw a static check fail" },
  20: { reason: "CellTimeout", says: "stopped a cell that took too long" },
  21: { reason: "ValidationTimeout", says: "stopped the notebook because it took too long" },
  30: { reason: "KernelDied", says: "lost its kernel" },
  31: { reason: "OOMKilled", says: "lost its kernel to the out-of-memory killer" },
  32: { reason: "KernelExited", says: "saw the notebook end its own kernel" },
  40: { reason: "KernelStartFailed", says: "could not start the kernel" },
  41: { reason: "KernelMissing", says: "did not find the kernel that the notebook asks for" },
  50: { reason: "NotebookInvalid", says: "could not read the notebook" },
  60: { reason: "InvalidRunnerConfig", says: "got a configuration that it can't use" },
};
