import {
  adoptGoObject,
  effectiveSpec,
  fieldText,
  type JobWarning,
  jobWarnings,
  LABEL_DEAD_LETTER,
  type NotebookValidationJob,
  type OperatorConfig,
} from "../../api/index.js";
import { obstacles } from "../decide/obstacles.js";
import { retryAdvice } from "./retry-advice.js";

/**
 * What the author of a valid job should hear before it runs, the gravest first: why it will fail, what has no effect, what
 * is not checked, and what is unwise. The webhook and `nbv check` say the same.
 */
export function jobAdvice(job: NotebookValidationJob, config: OperatorConfig): JobWarning[] {
  const { spec } = adoptGoObject(job);
  const settings = { config, build: "build" } as const;
  const effective = effectiveSpec(spec, config);
  const unable = obstacles(spec, effective, settings, job.metadata?.namespace).map(
    ({ path, failure }): JobWarning => ({
      path,
      field: fieldText(path),
      message: `${failure.message}: the job will fail. ${failure.suggestedAction}`,
    }),
  );
  const adopted = { ...job, spec };
  return [...unable, ...jobWarnings(adopted), ...retryAdvice(adopted, effective), ...aboutDeadLetter(job)];
}

/** A job that has run carries the label rightly; in a manifest, whoever keeps that in force takes turns with the operator. */
function aboutDeadLetter({ metadata, status }: NotebookValidationJob): JobWarning[] {
  if (status !== undefined || metadata.labels?.[LABEL_DEAD_LETTER] === undefined) return [];
  const path = ["metadata", "labels", LABEL_DEAD_LETTER];
  const message = "the operator itself sets and removes this label: leave it out of the manifest";
  return [{ path, field: fieldText(path), message }];
}
