export { ATTEMPT_KEY_BYTES, type AttemptIdentity, identityText, keyText } from "./attempt-key.js";
export { type CheckSettings, checkPolicy, DEFAULT_LEVEL, effectiveLevel } from "./checks/check-policy.js";
export { checksPage } from "./checks/checks-page.js";
export {
  CHECK_IDS,
  CHECKS,
  type CheckId,
  type CheckRow,
  type CheckSwitch,
  checkRow,
  isCheckId,
} from "./checks/table.js";
export { comparisonSettings } from "./comparison-settings.js";
export * from "./event.js";
export { MAX_EVENT_LINE, type SignedEvent, signEventLine, verifyEventLine } from "./event-line.js";
export { feedbackDocument } from "./feedback/document.js";
export { type FeedbackDetail, feedbackFor } from "./feedback/feedback-for.js";
export { handoverMessage } from "./handover/handover-message.js";
export { handoverVariables, runnerConfigIn } from "./handover/handover-variables.js";
export {
  SEALING_KEY_BYTES,
  type SealingKeys,
  sealingKeys,
  sealKey,
  unsealKey,
} from "./handover/sealed-key.js";
export { sealedKeyIn } from "./handover/sealed-key-in.js";
export { type JudgeInput, type Judgement, judge } from "./judge.js";
export { secretVariables } from "./pod/environment.js";
export { isReservedPath, NOTEBOOK_CONTAINER, PATHS, SOURCE_CONTAINER, VOLUMES } from "./pod/paths.js";
export { labelValue, validationPodName } from "./pod/pod-name.js";
export type {
  FetcherGit,
  GitPodSource,
  ImagePodSource,
  PodSettings,
  PodSource,
  RunnerArchive,
  ValidationPodRequest,
} from "./pod/request.js";
export { type RunnerConfigRequest, runnerConfig } from "./pod/runner-config-for.js";
export { NOTEBOOK_UID } from "./pod/security-context.js";
export { STARTUP_ALLOWANCE_SECONDS } from "./pod/timeouts.js";
export { recipientOf, validationPod } from "./pod/validation-pod.js";
export { type CompactReportRequest, compactReport, MAX_COMPACT_REPORT_BYTES } from "./report/compact-report.js";
export { REPORT_VERSION, ReportDocument, reportSchema } from "./report/report-document.js";
export type { AskedChecks } from "./results/asked-checks.js";
export { type AssembledResults, type AssembleOptions, assembleResults } from "./results/assemble-results.js";
export { fitStatus, MAX_STATUS_BYTES } from "./results/fit-status.js";
export type { UntoldEnding } from "./results/untold-ending.js";
export { advance, emptyProgress, isComplete, type RunProgress } from "./run-progress.js";
export { RunnerConfig } from "./runner-config.js";
export { verdictFromTermination } from "./termination-verdict.js";
