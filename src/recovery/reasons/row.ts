import type { ErrorType, Fault } from "../../api/index.js";
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
  /** Said when the signal brings no words of its own; otherwise put before them. No final full stop. */
  readonly message: string;
  readonly suggestedAction: string;
  /** @default "job" */
  readonly budget?: Failure["budget"];
  /** @default "none" */
  readonly patience?: Patience;
}
