import { OPERATOR_NAME, PACKAGE_VERSION } from "../api/index.js";

/** What part of the product an object belongs to. */
export type Component = "operator" | "api" | "image-pipeline" | "monitoring";

/** `app.kubernetes.io/*` labels that every object carries. */
export function standardLabels(
  component: Component,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    "app.kubernetes.io/name": OPERATOR_NAME,
    "app.kubernetes.io/instance": OPERATOR_NAME,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": "notebook-validator",
    "app.kubernetes.io/managed-by": "cdk8s",
    "app.kubernetes.io/version": PACKAGE_VERSION,
    ...more,
  };
}

/** The part of the labels by which Services and policies select the operator's pods; it never changes. */
export function operatorSelector(): Record<string, string> {
  return {
    "app.kubernetes.io/name": OPERATOR_NAME,
    "app.kubernetes.io/instance": OPERATOR_NAME,
    "app.kubernetes.io/component": "operator",
  };
}

/** Labels of a job that a construct composes. Not `part-of`: that names the application that the job belongs to. */
export function jobLabels(): Record<string, string> {
  return { "app.kubernetes.io/name": "notebook-validation-job", "app.kubernetes.io/managed-by": "cdk8s" };
}

/** Labels of a workbench that a construct composes. Not `part-of`, as for jobs. */
export function workbenchLabels(): Record<string, string> {
  return { "app.kubernetes.io/name": "validated-notebook", "app.kubernetes.io/managed-by": "cdk8s" };
}
