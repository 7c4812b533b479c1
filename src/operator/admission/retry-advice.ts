import { type EffectiveSpec, fieldText, type JobWarning, type NotebookValidationJob } from "../../api/index.js";
import { longestDelay, retryStrategy } from "../../recovery/index.js";
import { idleBump } from "../decide/remedies/idle-bump.js";

/** Numbers of `retryPolicy` that do something else than their author may expect. */
export function retryAdvice({ spec }: NotebookValidationJob, effective: EffectiveSpec): JobWarning[] {
  const said = [["backoffBaseSeconds", cappedBase(spec)] as const, ["memoryBump", idleBump(spec, effective)] as const];
  return said.flatMap(([field, message]) => {
    const path = ["spec", "retryPolicy", field];
    return message === undefined ? [] : [{ path, field: fieldText(path), message }];
  });
}

type Spec = NotebookValidationJob["spec"];

/** A strategy's longest delay holds for the job's own base, too. */
function cappedBase(spec: Spec): string | undefined {
  const { backoffBaseSeconds, maxBackoffSeconds } = spec.retryPolicy ?? {};
  if (backoffBaseSeconds === undefined || maxBackoffSeconds !== undefined) return undefined;
  const numbers = retryStrategy(spec);
  const longest = longestDelay(numbers) / 1000;
  if (numbers.backoffPolicy === "fixed" || numbers.baseSeconds < longest) return undefined;
  return `no delay is longer than the ${longest} s of strategy ${numbers.strategy}, so that none grows: set maxBackoffSeconds`;
}
