import {
  adoptGoObject,
  effectiveSpec,
  fieldText,
  type JobWarning,
  jobWarnings,
  type NotebookValidationJob,
  type OperatorConfig,
} from "../../api/index.js";
import { obstacles } from "../decide/obstacles.js";

/**
 * What the author of a valid job should hear before it runs, the gravest first: why it will fail, what has no effect, what
 * is not checked, and what is unwise. The webhook and `nbv check` say the same.
 */
export function jobAdvice(job: NotebookValidationJob, config: OperatorConfig): JobWarning[] {
  const { spec } = adoptGoObject(job);
  const settings = { config, build: "build" } as const;
  const unable = obstacles(spec, effectiveSpec(spec, config), settings, job.metadata?.namespace).map(
    ({ path, failure }): JobWarning => ({
      path,
      field: fieldText(path),
      message: `${failure.message}: the job will fail. ${failure.suggestedAction}`,
    }),
  );
  return [...unable, ...jobWarnings({ ...job, spec })];
}
