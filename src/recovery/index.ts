export { type ApiTrouble, classifyApi } from "./classify-api.js";
export { classifyAttempt } from "./classify-attempt.js";
export { type BuildTrouble, classifyBuild } from "./classify-build.js";
export { classifySource, type SourceTrouble } from "./classify-source.js";
export { classifyVerdict, type JudgedAttempt, reasonOfExit } from "./classify-verdict.js";
export type { Failure, Stage } from "./failure.js";
export { joinSentences } from "./join-sentences.js";
export type { PodEvent } from "./pod/classify-events.js";
export { classifyPod } from "./pod/classify-pod.js";
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
export { REDACTED, redact } from "./redact.js";
export { delayBefore } from "./retry/delay-before.js";
export {
  type AttemptHistory,
  type GiveUpReason,
  MAX_PLATFORM_RETRIES,
  planRecovery,
  type RecoveryPlan,
  type RecoveryPolicy,
} from "./retry/plan-recovery.js";
export {
  type RetryNumbers,
  type RetrySettings,
  retryStrategy,
  STRATEGIES,
} from "./retry/retry-strategy.js";
export { errorTypeOfText, TEXT_PATTERNS } from "./text-patterns.js";
