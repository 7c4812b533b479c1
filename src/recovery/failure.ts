import type { ErrorType, Fault } from "../api/index.js";
import type { FailureReason } from "./reasons/catalogue.js";

/** Step of a run in which it failed. */
export type Stage = "source" | "models" | "build" | "schedule" | "start" | "run" | "check" | "finish";

/** One failure, classified: what happened, why, and what a person can do about it. */
export interface Failure {
  readonly reason: FailureReason;
  readonly errorType: ErrorType;
  readonly fault: Fault;
  readonly stage: Stage;
  /**
   * Who pays for another attempt: the job's own retries, or the platform's (nodes that go away, preemption, drains),
   * which have a cap of their own.
   */
  readonly budget: "job" | "platform";
  /** Name of the container that failed. */
  readonly failedContainer?: string;
  /** Index over all cells, 0-based, of the cell that failed or was running. */
  readonly cell?: number;
  /** One sentence for people, at most 1 KiB, without secrets. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly suggestedAction: string;
}
