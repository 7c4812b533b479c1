// What the operator reports.
import { z } from "zod";
import { decimal, integer, listOf, openObject, text, time } from "../../schema/index.js";
import { RetryStrategyName } from "../retry.js";
import { Attempt, TriggerResult } from "./attempt.js";
import { BuildStatus } from "./build-status.js";
import { CellResult } from "./cell-result.js";
import { ComparisonResult } from "./comparison-result.js";
import { Conditions } from "./condition.js";
import { EducationalFeedback, ValidationCheck } from "./findings.js";
import { ModelValidationResult } from "./model-validation-result.js";
import { RunRecovery, WaitingFor } from "./run-recovery.js";

/** Where a job stands. `Running` is only read, in objects of older operators. */
export const Phase = z.enum([
  "Pending",
  "Initializing",
  "Building",
  "BuildComplete",
  "ValidationRunning",
  "Retrying",
  "Succeeded",
  "Failed",
  "Running",
]);
export type Phase = z.infer<typeof Phase>;

export const JobVerdict = z.enum(["Passed", "PassedWithWarnings", "Failed", "Error"]);
export type JobVerdict = z.infer<typeof JobVerdict>;

/** Whose fault a failure is. */
export const Fault = z.enum(["user", "platform"]);
export type Fault = z.infer<typeof Fault>;

/** Whether a failure can pass by itself. */
export const ErrorType = z.enum(["transient", "permanent", "unknown"]);
export type ErrorType = z.infer<typeof ErrorType>;

/** What the sources resolved to. */
export const SourceStatus = openObject({
  commit: text({ max: 64 }).optional().describe("Commit of the run: full SHA."),
  ref: text({ max: 255 }).optional().describe("Ref that it was resolved from."),
  resolvedAt: time().optional().describe("When it was resolved."),
  goldenCommit: text({ max: 64 })
    .optional()
    .describe("Commit of the golden notebook, if it has a repository of its own."),
  environmentSource: openObject({
    kind: z.enum(["requirements", "dockerfile", "baseImage", "inferred"]).describe("Where the environment comes from."),
    path: text({ max: 1024 }).optional().describe("File in the repository."),
    reason: text({ max: 4096 }).optional().describe("Why this one."),
    repositoryAt: text({ max: 1024 })
      .optional()
      .describe("Directory of the image that holds the repository as it is at the commit."),
  })
    .optional()
    .describe("Where the environment comes from, and why."),
  warnings: listOf(text({ max: 4096 }), { max: 64 })
    .optional()
    .describe("What is legal but unwise."),
});
export type SourceStatus = z.infer<typeof SourceStatus>;

/** How far the notebook has come. */
export const Progress = openObject({
  cell: integer({ min: 0 }).optional().describe("Index of the cell that runs, over all cells from 0."),
  totalCells: integer({ min: 0 }).optional().describe("Cells of the notebook."),
  percent: integer({ min: 0, max: 100 }).optional().describe("Share of cells that are done."),
  cellStartedAt: time().optional().describe("When the cell started."),
});
export type Progress = z.infer<typeof Progress>;

/** What the operator reports. */
export const NotebookValidationJobStatus = openObject({
  observedGeneration: integer({ min: 0, max: 9007199254740991 })
    .optional()
    .describe("Generation of the spec that this is about."),
  phase: Phase.optional().describe("Where the job stands."),
  verdict: JobVerdict.optional().describe("What the validation said. Error = it could not be judged."),
  fault: Fault.optional().describe("Whose fault a failure is."),
  reason: text({ max: 253 }).optional().describe("Why, one word in CamelCase."),
  message: text({ max: 32768 }).optional().describe("Why, one sentence for people; at most 1 KiB."),
  conditions: Conditions.optional().describe("The job's state by aspect."),
  source: SourceStatus.optional().describe("What the sources resolved to."),
  environmentDigest: text({ max: 128 }).optional().describe("Identity of the environment: base, files, arguments."),
  runId: text({ max: 63 }).optional().describe("Identity of the current run."),
  runCount: integer({ min: 0 }).optional().describe("Runs so far, the current one included."),
  specHash: text({ max: 128 })
    .optional()
    .describe("Hash of the execution-relevant part of the spec that the run is of."),
  queuedAt: time().optional().describe("When the run was queued."),
  startTime: time().optional().describe("When the run started."),
  completionTime: time().optional().describe("When the run ended."),
  duration: text({ max: 32 }).optional().describe("How long the run took."),
  buildStatus: BuildStatus.optional().describe("How the environment image is coming along."),
  validationPodName: text({ max: 253 }).optional().describe("Pod of the current attempt."),
  progress: Progress.optional().describe("How far the notebook has come."),
  cells: text({ max: 63 }).optional().describe("Cells that are done, of all: 12/15."),
  results: listOf(CellResult, { max: 4096 }).optional().describe("What each cell did."),
  resultsTruncated: z
    .boolean()
    .optional()
    .describe("The size limit of the status cut something; failing cells are kept first."),
  validationChecks: listOf(ValidationCheck, { max: 1024 }).optional().describe("What the checks said."),
  educationalFeedback: listOf(EducationalFeedback, { max: 64 }).optional().describe("Findings, explained."),
  comparisonResult: ComparisonResult.optional().describe("How the outputs compare with the golden notebook's."),
  modelValidationResult: ModelValidationResult.optional().describe("What the model servers said."),
  retryCount: integer({ min: 0 }).optional().describe("Retries of the run, builds and validations together."),
  buildRetryCount: integer({ min: 0 }).optional().describe("Retries of the build."),
  validationRetryCount: integer({ min: 0 }).optional().describe("Retries of the validation."),
  recoveryAttempts: integer({ min: 0 }).optional().describe("Recovery actions of the run."),
  recovery: RunRecovery.optional().describe("What the run does otherwise than the spec says."),
  waitingFor: WaitingFor.optional().describe("What the job waits for, or failed for, that somebody else has to bring."),
  lastRetryTime: time().optional().describe("When the last retry started."),
  nextRetryTime: time().optional().describe("When the next retry is due."),
  lastHandledRetryRequest: text({ max: 64 })
    .optional()
    .describe("Beginning of the annotation mlops.dev/retry-requested that was answered last, by a retry or by a no."),
  retryStrategy: RetryStrategyName.optional().describe("Retry strategy in effect."),
  lastError: text({ max: 32768 }).optional().describe("The last failure, one sentence."),
  lastErrorAt: time().optional().describe("When it happened."),
  lastErrorType: ErrorType.optional().describe("Whether it can pass by itself."),
  failureReason: text({ max: 253 }).optional().describe("Reason of the failure catalogue."),
  attempts: listOf(Attempt, { max: 20 }).optional().describe("History, newest first."),
  triggers: listOf(TriggerResult, { max: 64 }).optional().describe("What was done to other objects."),
  argocd: openObject({
    application: text({ max: 253 }).optional().describe("Application that the job belongs to."),
    wave: integer().optional().describe("Sync wave of the job."),
    blockedBy: text({ max: 1024 }).optional().describe("What the job waits for."),
    message: text({ max: 4096 }).optional().describe("What that means, one sentence."),
  })
    .optional()
    .describe("What Argo CD has to do with it."),
  resources: openObject({
    peakMemory: text({ max: 63 }).optional().describe("Highest memory use of the notebook."),
    cpuSeconds: decimal({ min: 0 }).optional().describe("CPU time of the notebook."),
  })
    .optional()
    .describe("What the notebook used."),
  environment: openObject({
    packages: integer({ min: 0 }).optional().describe("Packages that were installed when the last cell had run."),
    sbomDigest: text({ max: 128 })
      .optional()
      .describe(
        "Digest of environment.cdx.json, the CycloneDX list of them. The same for the same environment and commit.",
      ),
    image: text({ max: 512 }).optional().describe("What the node says it ran: repository@sha256:… where it knows."),
    lockedBy: text({ max: 1024 }).optional().describe("File that pins them."),
  })
    .optional()
    .describe("What was really installed."),
});
export type NotebookValidationJobStatus = z.infer<typeof NotebookValidationJobStatus>;
