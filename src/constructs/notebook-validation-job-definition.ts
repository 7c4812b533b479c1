import type { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { crd } from "../api/index.js";
import { manifest } from "./manifest.js";
import { addAggregatedRoles } from "./operator/access.js";
import { standardLabels } from "./standard-labels.js";

export interface NotebookValidationJobDefinitionProps {
  /**
   * Whether to add jobs to the cluster's built-in roles `view`, `edit` and `admin`.
   * @default true
   */
  readonly aggregatedRoles?: boolean;
}

/** The API: CustomResourceDefinition of NotebookValidationJob and who may use it. Cluster-scoped; one per cluster. */
export class NotebookValidationJobDefinition extends Construct {
  /** The CustomResourceDefinition. */
  readonly apiObject: ApiObject;

  constructor(scope: Construct, id: string, props: NotebookValidationJobDefinitionProps = {}) {
    super(scope, id);
    const definition = crd();
    this.apiObject = manifest(this, "CustomResourceDefinition", {
      ...definition,
      metadata: { ...definition.metadata, labels: standardLabels("api") },
    });
    if (props.aggregatedRoles ?? true) {
      for (const role of addAggregatedRoles(this)) role.addDependency(this.apiObject);
    }
  }
}
