import { classifyVerdict, type JudgedAttempt } from "./classify-verdict.js";
import type { Failure } from "./failure.js";
import type { PodSignal } from "./pod/signal.js";

/**
 * The failure of an attempt whose pod has ended: a verdict that can be trusted is the last word, also when the node
 * went away right after it; without one the pod's own reason explains more than the missing verdict does.
 *
 * @returns `undefined` when the notebook passed.
 */
export function classifyAttempt(signal: PodSignal, judged: JudgedAttempt): Failure | undefined {
  const byVerdict = classifyVerdict(judged);
  if (byVerdict === undefined || byVerdict.reason === "VerdictInconsistent" || signal.kind !== "ended")
    return byVerdict;
  const { failure } = signal;
  const isVague = failure.reason === "Unknown" || failure.reason === "VerdictMissing";
  if (isVague) return byVerdict;
  // A runner that was asked to stop doesn't know by whom (an eviction, a deletion); whatever else it says is a judgement
  // of the notebook.
  if (judged.kind === "verdict" && byVerdict.reason !== "Terminated") return byVerdict;
  return judged.cell === undefined ? failure : { ...failure, cell: failure.cell ?? judged.cell };
}
