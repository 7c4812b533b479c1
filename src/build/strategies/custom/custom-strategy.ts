import { UserError } from "../../../api/index.js";
import type { BuildPlan, BuildStrategy } from "../build-strategy.js";
import { FOREIGN_BUILDERS } from "../foreign-builders.js";
import { extraParameters, isObjectName, PARAMETER_PREFIX } from "../job-parameters.js";
import { PIPELINE_RUN, TASK_RUN } from "../tekton/api-kinds.js";
import { GIT_CREDENTIALS } from "../tekton/git-credentials-setting.js";
import { observePipelineRun } from "../tekton/observe-pipeline-run.js";
import { referencingPipelineRun } from "../tekton/pipeline-run.js";
import { CANCEL_PIPELINE_RUN, refusedByTekton, TEKTON_CAPABILITIES } from "../tekton/tekton-strategy.js";
import { unknownSettings } from "../unknown-settings.js";

/** Key of `strategyConfig`: a Tekton Pipeline of the namespace that builds run in. */
const PIPELINE = FOREIGN_BUILDERS.pipeline;

/**
 * A Tekton Pipeline that somebody applied, named in `strategyConfig.pipeline`. It is given the parameters and workspaces
 * of our own one, and owes the image: results `IMAGE_URL` and `IMAGE_DIGEST`. A custom build by a Shipwright strategy
 * counts as one by shipwright (`effectiveSpec`).
 *
 * `objects` throws UserError when `judge` refuses the settings.
 */
export const customStrategy: BuildStrategy = {
  name: "custom",
  needs: [PIPELINE_RUN],
  watches: [TASK_RUN],
  capabilities: TEKTON_CAPABILITIES,
  judge(plan) {
    const parameters = extraParameters(plan.strategyConfig).map(({ name }) => `${PARAMETER_PREFIX}${name}`);
    return {
      refused: [...pipelineProblems(plan), ...refusedByTekton(plan)],
      warnings: unknownSettings("custom", plan.strategyConfig, [PIPELINE, GIT_CREDENTIALS, ...parameters]),
    };
  },
  objects(plan) {
    const where = pipelineProblems(plan);
    if (where.length > 0) throw new UserError({ what: "nobody can build by the strategy custom", where });
    return [referencingPipelineRun(plan, plan.strategyConfig[PIPELINE] ?? "", extraParameters(plan.strategyConfig))];
  },
  observe: observePipelineRun,
  cancelPatch: CANCEL_PIPELINE_RUN,
};

function pipelineProblems({ strategyConfig }: BuildPlan): string[] {
  const name = strategyConfig[PIPELINE];
  if (name === undefined) {
    return [`a custom build needs strategyConfig.${PIPELINE}, or shipwrightStrategy: the name of what builds`];
  }
  return isObjectName(name) ? [] : [`strategyConfig.${PIPELINE}: ${JSON.stringify(name)} is no object's name`];
}
