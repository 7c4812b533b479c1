import type { Adoption, EffectiveSpec, Instant, NotebookValidationJobSpec } from "../../api/index.js";
import type { ObjectMeta } from "../../kube/object.js";
import type { Effect } from "./decision.js";
import type { JobStatus } from "./job.js";
import type { Observation } from "./observation.js";

/** What a job asks for, or what is wrong with it. */
export type SpecReading =
  | {
      readonly ok: true;
      readonly spec: NotebookValidationJobSpec;
      readonly effective: EffectiveSpec;
      /** Present when another operator wrote the job's status, and its defaults are left out of {@link spec}. */
      readonly adoption?: Adoption;
    }
  /** `problem`: one sentence that names the field. */
  | { readonly ok: false; readonly problem: string };

/** Everything that one decision is made from. */
export interface Turn {
  readonly metadata: ObjectMeta;
  readonly reading: SpecReading;
  /** Of the spec as it is now. */
  readonly specHash: string;
  /** As it was written last; steps return the next one. */
  readonly status: JobStatus;
  readonly seen: Observation;
  readonly now: Instant;
}

/** A turn whose spec is fit to be carried out. */
export interface ValidTurn extends Turn {
  readonly spec: NotebookValidationJobSpec;
  /** The same with aliases resolved and the operator's defaults filled in. */
  readonly effective: EffectiveSpec;
}

/** What a step says; `decide` adds what holds for every step. */
export interface StepResult {
  readonly status: JobStatus;
  /** @default [] */
  readonly effects?: readonly Effect[];
  readonly requeueAfterMs?: number;
}

/** One phase's way of going on. */
export type Step = (turn: ValidTurn) => StepResult;
