export { type ApiTrouble, classifyApi } from "./classify-api.js";
export { classifyAttempt } from "./classify-attempt.js";
export { type BuildTrouble, classifyBuild } from "./classify-build.js";
export { classifySource, type SourceTrouble } from "./classify-source.js";
export { classifyText } from "./classify-text.js";
export { classifyVerdict, type JudgedAttempt, reasonOfExit } from "./classify-verdict.js";
export { classifyObjectEvents, type ObjectEvent } from "./events/classify-object-events.js";
export type { PodEvent } from "./events/open-trouble.js";
export type { Failure, MissingObject, Stage } from "./failure.js";
export { joinSentences } from "./join-sentences.js";
export { classifyPod } from "./pod/classify-pod.js";
export { schedulingFailure } from "./pod/classify-scheduling.js";
export { eventsWantedFrom } from "./pod/events-wanted.js";
export { DEFAULT_PATIENCE, type PatienceSettings, type PodContext, type PodSignal } from "./pod/signal.js";
export {
  FAILURE_REASONS,
  type FailureDetails,
  type FailureReason,
  failureOf,
  isFailureReason,
  REASONS,
  reasonAnchor,
  reasonRow,
} from "./reasons/catalogue.js";
export type { Patience, ReasonRow } from "./reasons/row.js";
export { troubleshootingPage } from "./reasons/troubleshooting-page.js";
export { recoveryTables } from "./recovery-tables.js";
export { redact, redactHead } from "./redact.js";
export { delayBefore, longestDelay } from "./retry/delay-before.js";
export {
  type AttemptHistory,
  type GiveUpReason,
  MAX_PLATFORM_RETRIES,
  planRecovery,
  type RecoveryPlan,
  type RecoveryPolicy,
  type Remedy,
} from "./retry/plan-recovery.js";
export {
  type RetryNumbers,
  type RetrySettings,
  retryStrategy,
  STRATEGIES,
} from "./retry/retry-strategy.js";
export { isSameTrouble } from "./retry/same-trouble.js";
export { REDACTED } from "./secret-shapes.js";
export { sentence } from "./sentence.js";
export { TEXT_EXCEPTIONS, type TextException } from "./text/text-exceptions.js";
export { errorTypeOfText, TEXT_PATTERNS, type TextPattern } from "./text/text-patterns.js";
