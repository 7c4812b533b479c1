import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { NotebookValidationJob } from "notebook-validator-operator/constructs";

export interface TeamChartProps {
  readonly namespace: string;
  readonly repository: string;
  /** Branch, tag or commit whose notebooks are validated. */
  readonly release: string;
  /** Paths in the repository. */
  readonly notebooks: readonly string[];
}

/** The notebooks of one team, all validated the same strict way. */
export class TeamChart extends Chart {
  constructor(scope: Construct, id: string, props: TeamChartProps) {
    super(scope, id, { namespace: props.namespace });
    for (const path of props.notebooks) {
      const name = path.replace(/\.ipynb$/, "").replaceAll(/[^a-z0-9]+/g, "-");
      const job = new NotebookValidationJob(this, name, {
        metadata: { name },
        spec: {
          notebook: { git: { url: props.repository, ref: props.release, credentialsSecret: "git" }, path },
          podConfig: {
            containerImage: "quay.io/jupyter/scipy-notebook:2025-03-14",
            resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { memory: "4Gi" } },
          },
          validationConfig: { level: "production" },
        },
      });
      job.addEnv({ name: "DATA_LAYER", value: "staging" });
    }
  }
}
