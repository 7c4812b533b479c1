import { App, type AppProps, Chart } from "cdk8s";
import {
  NotebookImagePipeline,
  NotebookValidationJobDefinition,
  NotebookValidatorMonitoring,
  NotebookValidatorOperator,
} from "../src/constructs/index.js";

/**
 * The manifests that this repository ships, one file per chart, in the order in which they are applied:
 * the API, the operator, then what is optional because it needs APIs that not every cluster has.
 */
export function notebookValidatorApp(props: AppProps = {}): App {
  const app = new App(props);

  const api = new Chart(app, "api");
  new NotebookValidationJobDefinition(api, "Definition");

  const operator = new Chart(app, "operator");
  new NotebookValidatorOperator(operator, "Operator", { definition: false });
  operator.addDependency(api);

  const monitoring = new Chart(app, "monitoring");
  new NotebookValidatorMonitoring(monitoring, "Monitoring");
  monitoring.addDependency(operator);

  const pipeline = new Chart(app, "image-pipeline");
  new NotebookImagePipeline(pipeline, "ImagePipeline");
  pipeline.addDependency(monitoring);

  return app;
}
