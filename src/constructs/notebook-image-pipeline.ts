import { Construct } from "constructs";
import {
  Pipeline,
  Task,
  type TaskSpecSteps,
  TaskSpecStepsComputeResourcesLimits,
  TaskSpecStepsComputeResourcesRequests,
} from "../../imports/tekton.dev.js";
import { BUILDAH_IMAGE, FETCHER_COMMAND, type FetcherTrust, OPERATOR_IMAGE } from "../api/index.js";
import {
  BUILD_PARAMS,
  BUILD_RESULTS,
  BUILD_WORKSPACES,
  buildSteps,
  buildVolumes,
  DEFAULT_BUILD_RESOURCES,
  DEFAULT_SCRATCH_SPACE,
  STEP_TEMPLATE,
  type Step,
  type StepResources,
} from "../build/index.js";
import { requirePinned } from "./require-pinned.js";
import { standardLabels } from "./standard-labels.js";

export interface NotebookImagePipelineProps {
  /**
   * Namespace of Task and Pipeline: where builds run.
   * @default - the chart's namespace
   */
  readonly namespace?: string;
  /**
   * Name of Task and Pipeline.
   * @default "notebook-image"
   */
  readonly name?: string;
  /**
   * Image of the steps that fetch the source and lay out the Dockerfile: the operator's own.
   * @default OPERATOR_IMAGE
   */
  readonly fetcherImage?: string;
  /**
   * Image with buildah. Pin it by digest in production.
   * @default "quay.io/buildah/stable:v1.40.1"
   */
  readonly buildahImage?: string;
  /**
   * Where buildah keeps layers: `vfs` works everywhere, `overlay` needs a kernel and a node that allow it.
   * @default "vfs"
   */
  readonly storageDriver?: "vfs" | "overlay";
  /**
   * Space for source and layers on the node, as a quantity. No claim is made.
   * @default "20Gi"
   */
  readonly scratchSpace?: string;
  /** @default requests 500m CPU and 1Gi memory, limit 4Gi memory */
  readonly buildResources?: StepResources;
  /**
   * Variables of the steps: HTTP_PROXY, HTTPS_PROXY, NO_PROXY, and for packages PIP_INDEX_URL, PIP_EXTRA_INDEX_URL,
   * PIP_TRUSTED_HOST.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Certificates and known ssh hosts to trust besides those of the images.
   * @default - none
   */
  readonly trust?: FetcherTrust;
}

/**
 * A Tekton Task and Pipeline that turn a commit of a repository into an image: fetch at the commit, lay out the
 * generated Dockerfile (or the repository's own), build and push with buildah.
 *
 * One pod, no claims: source and layers live on emptyDirs. No text of a user ever becomes part of a script. Git and
 * registry credentials are workspaces, each seen by the one step that needs it. Results follow Tekton Chains' names,
 * so that provenance comes for free. Build pods need Pod Security *baseline*: buildah runs as root in its container,
 * never privileged.
 */
export class NotebookImagePipeline extends Construct {
  readonly task: Task;
  readonly pipeline: Pipeline;

  constructor(scope: Construct, id: string, props: NotebookImagePipelineProps = {}) {
    super(scope, id);
    const fetcherImage = props.fetcherImage ?? OPERATOR_IMAGE;
    const buildahImage = props.buildahImage ?? BUILDAH_IMAGE;
    requirePinned(this, "fetcherImage", fetcherImage);
    requirePinned(this, "buildahImage", buildahImage);
    const metadata = {
      name: props.name ?? "notebook-image",
      labels: standardLabels("image-pipeline"),
      ...(props.namespace === undefined ? {} : { namespace: props.namespace }),
    };
    const params = BUILD_PARAMS.map((param) => ({ ...param }));

    this.task = new Task(this, "Task", {
      metadata,
      spec: {
        description: "Builds the image that a notebook runs on, from a repository at a commit.",
        params,
        workspaces: BUILD_WORKSPACES.map(({ name, description }) => ({
          name,
          description,
          optional: true,
          readOnly: true,
          mountPath: `/nbv/workspaces/${name}`,
        })),
        results: BUILD_RESULTS.map(({ name, description }) => ({ name, description, type: "string" })),
        stepTemplate: STEP_TEMPLATE,
        steps: buildSteps({
          fetcherImage,
          fetcherCommand: FETCHER_COMMAND,
          fetcherArguments: [],
          builderImage: buildahImage,
          storageDriver: props.storageDriver ?? "vfs",
          resources: props.buildResources ?? DEFAULT_BUILD_RESOURCES,
          environment: props.environment ?? {},
          trust: props.trust ?? {},
        }).map(typed),
        volumes: buildVolumes(props.scratchSpace ?? DEFAULT_SCRATCH_SPACE),
      },
    });
    this.pipeline = new Pipeline(this, "Pipeline", {
      metadata,
      spec: {
        description: "Builds the image that a notebook runs on, from a repository at a commit.",
        params,
        workspaces: BUILD_WORKSPACES.map(({ name, description }) => ({ name, description, optional: true })),
        tasks: [
          {
            name: "image",
            taskRef: { kind: "Task", name: metadata.name },
            params: BUILD_PARAMS.map(({ name, type }) => ({
              name,
              value: type === "array" ? [`$(params.${name}[*])`] : `$(params.${name})`,
            })),
            workspaces: BUILD_WORKSPACES.map(({ name }) => ({ name, workspace: name })),
          },
        ],
        results: BUILD_RESULTS.map(({ name, description }) => ({
          name,
          description,
          type: "string",
          value: `$(tasks.image.results.${name})`,
        })),
      },
    });
    this.pipeline.addDependency(this.task);
  }
}

/** The generated types want each quantity in an object of its own. */
function typed({ computeResources, ...step }: Step): TaskSpecSteps {
  if (computeResources === undefined) return step;
  const { requests = {}, limits = {} } = computeResources;
  return {
    ...step,
    computeResources: {
      requests: mapValues(requests, (quantity) => TaskSpecStepsComputeResourcesRequests.fromString(quantity)),
      limits: mapValues(limits, (quantity) => TaskSpecStepsComputeResourcesLimits.fromString(quantity)),
    },
  };
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
