import type { ErrorType, Fault, RecoveryAction, WaitKind } from "../../api/index.js";
import type { Failure, Stage } from "../failure.js";

/**
 * How long a reason may stand before it ends the attempt. `none`: it can't get better. `startup`: pulls, missing
 * objects, volumes. `schedule`: a place on a node (autoscalers, queues).
 */
export type Patience = "none" | "startup" | "schedule";

/** What is known about one failure reason, whoever reports it. */
export interface ReasonRow {
  readonly errorType: ErrorType;
  readonly fault: Fault;
  readonly stage: Stage;
  /** Which words of a signal make it of another class than {@link errorType}, for the documentation. No final full stop. */
  readonly otherwise?: string;
  /** Said when the signal brings no words of its own; otherwise put before them. No final full stop. */
  readonly message: string;
  /** What people can do about it, whether it is tried again or given up: what happens by itself is said by whoever knows. */
  readonly suggestedAction: string;
  /** @default "job" */
  readonly budget?: Failure["budget"];
  /** @default "none" */
  readonly patience?: Patience;
  /**
   * What the operator may do about it, the first choice first. Where a signal knows that the failure is permanent, plain
   * retries are left out: the same again would fail again. Which container failed decides, too: see `recoveriesOf`.
   * @default `["retry"]`, of permanent reasons nothing
   */
  readonly recoveries?: readonly RecoveryAction[];
  /** What the job waits for where `wait-for-resolution` is among {@link recoveries}. */
  readonly waitsFor?: WaitKind;
  /** Whether the commit itself is at fault, so that a copy of it in the image fails alike. @default false */
  readonly isInCommit?: boolean;
}
