/** Public constructs: props in, manifests out. Nothing here loads a Kubernetes client or does I/O. */
export { BUILDAH_IMAGE, type FetcherTrust, OPERATOR_IMAGE } from "../api/index.js";
export {
  BUILD_PARAMS,
  BUILD_RESULTS,
  BUILD_WORKSPACES,
  type BuildParam,
  type StepResources,
} from "../build/index.js";
export { type Pinning, pinningOf } from "./image-reference.js";
export { NotebookImagePipeline, type NotebookImagePipelineProps } from "./notebook-image-pipeline.js";
export {
  type EnvironmentVariable,
  type ExpectedOutput,
  type JobTrigger,
  NotebookValidationJob,
  type NotebookValidationJobProps,
} from "./notebook-validation-job.js";
export {
  NotebookValidationJobDefinition,
  type NotebookValidationJobDefinitionProps,
} from "./notebook-validation-job-definition.js";
export {
  NotebookValidatorMonitoring,
  type NotebookValidatorMonitoringProps,
  RUNBOOKS_URL,
} from "./notebook-validator-monitoring.js";
export {
  type Builder,
  NotebookValidatorOperator,
  type NotebookValidatorOperatorProps,
} from "./notebook-validator-operator.js";
export type { OperatorResources } from "./operator/deployment.js";
export type { ServingCertificate } from "./operator/serving-certificate.js";
export { type PolicyObject, type PolicyViolation, policyViolations } from "./policy/policy.js";
export { validatedImage } from "./validated-image.js";
export {
  ValidatedNotebook,
  type ValidatedNotebookProps,
  type WorkbenchHome,
  type WorkbenchResources,
} from "./validated-notebook.js";
export type { WorkbenchPlatform } from "./workbench/workbench-platform.js";
