import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { NotebookValidationJob, ValidatedNotebook } from "notebook-validator-operator/constructs";

export interface TeamChartProps {
  readonly namespace: string;
  readonly repository: string;
  /** Branch, tag or commit whose notebooks are validated. */
  readonly release: string;
  /** Paths in the repository. */
  readonly notebooks: readonly string[];
  /**
   * Image that the team's workbench runs, as `repository@sha256:…`: `status.buildStatus.recommendedImage` of a job above
   * that passed. A commit that changes it is the deployment.
   * @default - no workbench: nothing has passed yet
   */
  readonly validatedImage?: string;
}

/** The notebooks of one team, all validated the same strict way, and the workbench that runs what they passed with. */
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
            // One lock file, so one image for all of the team's notebooks.
            buildConfig: {
              enabled: true,
              imageName: "notebooks",
              requirementsFile: "requirements.txt",
              verifyHashes: true,
            },
            resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { memory: "4Gi" } },
          },
          validationConfig: { level: "production" },
        },
      });
      job.addEnv({ name: "DATA_LAYER", value: "staging" });
    }
    if (props.validatedImage !== undefined)
      new ValidatedNotebook(this, "Workbench", {
        metadata: { name: "workbench" },
        image: props.validatedImage,
        home: { claimName: "workbench-home" },
      });
  }
}
