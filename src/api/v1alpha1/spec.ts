// What a user asks for.
import { z } from "zod";
import { duration, integer, listOf, object } from "../schema/index.js";
import { Artifacts } from "./artifacts.js";
import { ComparisonConfig } from "./comparison.js";
import { ModelValidation } from "./model-validation.js";
import { GoldenNotebook, NotebookSource } from "./notebook-source.js";
import { PodConfig } from "./pod.js";
import { RecoveryConfig } from "./recovery.js";
import { RetryPolicy } from "./retry.js";
import { Trigger } from "./triggers.js";
import { ValidationConfig } from "./validation.js";

/** What a user asks for: one notebook, its environment, and what counts as working. */
export const NotebookValidationJobSpec = object({
  notebook: NotebookSource.describe("The notebook to validate."),
  goldenNotebook: GoldenNotebook.exactOptional().describe(
    "A notebook whose outputs are right: outputs are compared with it.",
  ),
  podConfig: PodConfig.exactOptional()
    .describe("The pod in which the notebook runs, and its image.")
    .meta({ operatorDefault: "the operator's defaults" }),
  validationTimeout: duration()
    .exactOptional()
    .describe("Time for the notebook. The clock starts when its container starts.")
    .meta({ operatorDefault: "timeout, else 30m" }),
  buildTimeout: duration()
    .exactOptional()
    .describe("Time for the build. The clock starts when the build starts.")
    .meta({ operatorDefault: "podConfig.buildConfig.timeout, else 45m" }),
  totalTimeout: duration()
    .exactOptional()
    .describe("Time for the whole run, retries and queueing included.")
    .meta({ operatorDefault: "no limit" }),
  timeout: duration().exactOptional().describe("Deprecated alias of validationTimeout."),
  cellTimeout: duration().exactOptional().describe("Time for one cell.").meta({ operatorDefault: "no limit" }),
  validationConfig: ValidationConfig.exactOptional().describe("What counts as a failure."),
  comparisonConfig: ComparisonConfig.exactOptional().describe("How outputs are compared with the golden notebook's."),
  retryPolicy: RetryPolicy.exactOptional().describe("How often and how soon a failed run is tried again."),
  recoveryConfig: RecoveryConfig.exactOptional().describe("What the operator may try besides plain retries."),
  priority: integer({ min: 0, max: 100 })
    .exactOptional()
    .describe("Place in the queue; 80 and above retry with high_priority, 20 and below with conservative.")
    .meta({ operatorDefault: "50" }),
  modelValidation: ModelValidation.exactOptional().describe(
    "Model servers that must be ready, and predictions that must be right.",
  ),
  onSuccess: listOf(Trigger, { max: 16 }).exactOptional().describe("Actions after a run that succeeded."),
  onFailure: listOf(Trigger, { max: 16 }).exactOptional().describe("Actions after a run that failed for good."),
  ttlSecondsAfterFinished: integer({ min: 0 })
    .exactOptional()
    .describe("Seconds after which a finished job is deleted. Leave it unset for jobs that a GitOps tool owns.")
    .meta({ operatorDefault: "never" }),
  suspend: z.boolean().default(false).describe("Hold before the next stage, and cancel what runs."),
  artifacts: Artifacts.exactOptional().describe("Where the executed notebook and reports go."),
});
export type NotebookValidationJobSpec = z.infer<typeof NotebookValidationJobSpec>;
/** A spec as users write it: fields with defaults may be absent. */
export type NotebookValidationJobSpecInput = z.input<typeof NotebookValidationJobSpec>;
