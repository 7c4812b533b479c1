// What the contract knows and this version does not act on yet.
import { ANNOTATION_ON_SUCCESS_TRIGGER } from "./labels.js";
import type { NotebookValidationJob } from "./v1alpha1/job.js";

/** A field of a job, or an annotation on it, that changes nothing in this version. */
export interface FieldWithoutEffect {
  /** From the object's root: `["spec", "onSuccess"]`. */
  readonly path: readonly string[];
  /** What happens instead, or what to do until then; for people. */
  readonly instead: string;
  /** Whether a job asks for what is not done. Values that ask for what happens anyway do not count, nor do defaults. */
  readonly isAskedForBy: (job: NotebookValidationJob) => boolean;
}

/**
 * All of them. What a job can't be run without is not here but among the operator's obstacles. Whoever makes a field work
 * removes its row.
 */
export const FIELDS_WITHOUT_EFFECT: readonly FieldWithoutEffect[] = [
  {
    path: ["metadata", "annotations", ANNOTATION_ON_SUCCESS_TRIGGER],
    instead: "nothing is triggered after a run",
    isAskedForBy: ({ metadata }) => metadata.annotations?.[ANNOTATION_ON_SUCCESS_TRIGGER] !== undefined,
  },
  {
    path: ["spec", "onSuccess"],
    instead: "nothing is triggered after a run",
    isAskedForBy: ({ spec }) => (spec.onSuccess ?? []).length > 0,
  },
  {
    path: ["spec", "onFailure"],
    instead: "nothing is triggered after a run",
    isAskedForBy: ({ spec }) => (spec.onFailure ?? []).length > 0,
  },
];
