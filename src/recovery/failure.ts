import type { ErrorType, Fault, RecoveryAction } from "../api/index.js";
import type { FailureReason } from "./reasons/catalogue.js";

/** Step of a run in which it failed. */
export type Stage = "source" | "models" | "build" | "schedule" | "start" | "run" | "check" | "finish";

/** An object that a pod needs and that is not there, or lacks a key. */
export interface MissingObject {
  readonly kind: "Secret" | "ConfigMap" | "PersistentVolumeClaim";
  /** In the job's namespace. */
  readonly name: string;
  /** Key that it lacks, if it is there. */
  readonly key?: string;
}

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
  /** What the operator may do about it, the first choice first. Nothing: a person has to. */
  readonly recoveries: readonly RecoveryAction[];
  /** What is waited for, where one object is. */
  readonly missing?: MissingObject;
}
