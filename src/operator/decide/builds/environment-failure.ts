import { type EnvironmentAnswer, problemText } from "../../../build/index.js";
import { type Failure, failureOf, sentence } from "../../../recovery/index.js";

type Rejection = EnvironmentAnswer & { readonly kind: "rejected" };

/** Problems that fit into a sentence; `buildStatus.message` has more. */
const IN_A_SENTENCE = 5;
/** Longest `buildStatus.message`, in characters. */
const MAX_LIST = 4000;

/** Why an environment is not built, with the first lines that are to blame and the way to mend them. */
export function environmentFailure({ reason, message, problems }: Rejection): Failure {
  const shown = problems.slice(0, IN_A_SENTENCE).map(problemText);
  const left = problems.length - shown.length;
  const lines = [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join("; ");
  const fix = problems.find(({ fix }) => fix !== undefined)?.fix;
  return failureOf(reason, {
    message: lines === "" ? message : `${message}: ${lines}`,
    ...(fix !== undefined && { suggestedAction: fix }),
  });
}

/** Every problem on a line of its own, as many as `buildStatus.message` holds, without secrets. */
export function problemList({ message, problems }: Rejection): string {
  let text = sentence(message);
  for (const [index, problem] of problems.entries()) {
    const line = `\n${sentence(`${problemText(problem)}${problem.fix === undefined ? "" : ` (${problem.fix})`}`)}`;
    if (text.length + line.length > MAX_LIST) return `${text}\nand ${problems.length - index} more`;
    text += line;
  }
  return text;
}
