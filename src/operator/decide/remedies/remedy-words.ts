import type { RecoveryAction, RecoveryTaken } from "../../../api/index.js";
import { headUtf8 } from "../../../api/utf8.js";
import { type Failure, isSameTrouble } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";

const WORDS: Readonly<Record<RecoveryAction, string>> = {
  retry: "retry",
  "fallback-to-prebuilt": "fallback to pre-built image",
  "skip-init-container": "the copy of the notebook in its image",
  "fallback-build-strategy": "fallback to another build strategy",
  "increase-memory": "more memory",
  "wait-for-resolution": "wait until it is resolved",
};

/** Of a failure's own words in a sentence that has to say more than them, in bytes of UTF-8. */
const MAX_WORDS_BYTES = 512;

/** What failed: `Validation pod failed: ImagePullBackOff (The image can't be pulled: …)`. */
export function failedWords({ reason, message, stage }: Failure): string {
  const what = stage === "build" ? "Build" : "Validation pod";
  return `${what} failed: ${reason} (${headUtf8(message, MAX_WORDS_BYTES)})`;
}

/** What is tried: `Attempted recovery: more memory (2Gi → 3Gi)`. */
export function attemptedWords(...taken: readonly Pick<RecoveryTaken, "action" | "detail">[]): string {
  return `Attempted recovery: ${taken.map(remedyWords).join(", then ")}`;
}

/** One recovery action for people: `more memory (2Gi → 3Gi)`. */
export function remedyWords({ action, detail }: Pick<RecoveryTaken, "action" | "detail">): string {
  return detail === undefined ? WORDS[action] : `${WORDS[action]} (${detail})`;
}

/**
 * What became of what the run had tried, one sentence each; nothing where it had tried nothing.
 *
 * @param failedFor reason of the failure that ended the run; absent = it passed
 */
export function resultOfRemedies({ recovery }: JobStatus, failedFor?: string): string[] {
  const [last, ...earlier] = recovery?.actions ?? [];
  if (last === undefined) return [];
  return [attemptedWords(...earlier.reverse(), last), `Result: ${resultOf(last, failedFor)}`];
}

function resultOf({ reason }: RecoveryTaken, failedFor: string | undefined): string {
  if (failedFor === undefined) return "the notebook passed";
  return isSameTrouble(failedFor, reason) ? `${failedFor} again` : `it failed for ${failedFor} instead of ${reason}`;
}
