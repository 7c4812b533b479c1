import { type ApiObjectMetadata, Chart, Names } from "cdk8s";
import { Construct } from "constructs";
import {
  NotebookSpecTemplateSpecContainersResourcesLimits as Limit,
  Notebook,
  type NotebookSpecTemplateSpecContainersEnv,
  type NotebookSpecTemplateSpecTolerations,
  NotebookSpecTemplateSpecContainersResourcesRequests as Request,
} from "../../imports/kubeflow.org.js";
import { pinningOf } from "./image-reference.js";
import { propError } from "./prop-error.js";
import { workbenchLabels } from "./standard-labels.js";
import { jupyterArguments, PLATFORM_WORDS, type WorkbenchPlatform } from "./workbench/workbench-platform.js";

/** CPU and memory of a workbench, as Kubernetes quantities. */
export interface WorkbenchResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** A claim that keeps what a person writes between restarts. */
export interface WorkbenchHome {
  /** A PersistentVolumeClaim of the workbench's namespace; it is yours to make, and outlives the workbench. */
  readonly claimName: string;
  /** @default "/home/jovyan" on Kubeflow, "/opt/app-root/src" on OpenShift AI */
  readonly mountPath?: string;
}

export interface ValidatedNotebookProps {
  /**
   * Name, namespace, labels and annotations. The namespace must be known here or on the chart: it is part of the path
   * that the server answers under.
   * @default - a name made of the construct's path; the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * The image, as `repository@sha256:…`: `status.buildStatus.recommendedImage` of a job that passed. `validatedImage()`
   * reads it from the object and refuses jobs that have not passed.
   */
  readonly image: string;
  /**
   * Who runs the workbench.
   * @default "kubeflow"
   */
  readonly platform?: WorkbenchPlatform;
  /** @default requests 250m CPU and 1Gi memory, limit 2Gi memory */
  readonly resources?: WorkbenchResources;
  /**
   * Where people's files are kept.
   * @default - nowhere: they go with the pod
   */
  readonly home?: WorkbenchHome;
  /**
   * Names of Secrets for pulling the image.
   * @default [] - none
   */
  readonly imagePullSecrets?: readonly string[];
  /**
   * ServiceAccount of the pod.
   * @default - the platform's own choice
   */
  readonly serviceAccountName?: string;
  /**
   * Further environment variables.
   * @default [] - none
   */
  readonly env?: readonly NotebookSpecTemplateSpecContainersEnv[];
  /**
   * Labels that the node must have.
   * @default {} - any node
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Taints that the pod tolerates.
   * @default [] - none
   */
  readonly tolerations?: readonly NotebookSpecTemplateSpecTolerations[];
}

/** Longest name for which the notebook controller can still name the pod's StatefulSet after it. */
const LONGEST_NAME = 52;

/**
 * A workbench that runs the very image a notebook was validated with: a Kubeflow `Notebook`, as Kubeflow and OpenShift
 * AI serve them, pinned by digest. What people work in is then what was proven, and a moved tag changes nothing.
 *
 * Its pod satisfies Pod Security *restricted*, without a user id: OpenShift gives one, elsewhere the image's holds.
 */
export class ValidatedNotebook extends Construct {
  /** The object. Fields that this construct does not set are dropped by its class, patched or not: see imports/. */
  readonly notebook: Notebook;
  readonly image: string;

  constructor(scope: Construct, id: string, props: ValidatedNotebookProps) {
    super(scope, id);
    const platform = PLATFORM_WORDS[props.platform ?? "kubeflow"];
    this.image = this.#judgedImage(props.image);
    const name = this.#judgedName(props.metadata?.name ?? Names.toDnsLabel(this, { maxLen: LONGEST_NAME }));
    const namespace = this.#knownNamespace(props.metadata?.namespace ?? Chart.of(this).namespace);
    const home = props.home === undefined ? undefined : { mountPath: platform.home, ...props.home };

    this.notebook = new Notebook(this, "Resource", {
      metadata: {
        ...props.metadata,
        name,
        namespace,
        labels: { ...platform.labels(name), ...workbenchLabels(), ...props.metadata?.labels },
        annotations: { ...platform.annotations(name), ...props.metadata?.annotations },
      },
      spec: {
        template: {
          spec: {
            // The controllers know the notebook's container by this name.
            containers: [
              {
                name,
                image: this.image,
                // A digest names one image for ever: what the node has is right.
                imagePullPolicy: "IfNotPresent",
                env: [
                  { name: "NOTEBOOK_ARGS", value: jupyterArguments(namespace, name).join(" ") },
                  ...(props.env ?? []),
                ],
                ports: [{ name: "notebook-port", containerPort: 8888, protocol: "TCP" }],
                resources: resourcesOf(props.resources),
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                ...(home === undefined ? {} : { volumeMounts: [{ name: "home", mountPath: home.mountPath }] }),
              },
            ],
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            ...(home === undefined
              ? {}
              : { volumes: [{ name: "home", persistentVolumeClaim: { claimName: home.claimName } }] }),
            ...(props.imagePullSecrets === undefined
              ? {}
              : { imagePullSecrets: props.imagePullSecrets.map((secret) => ({ name: secret })) }),
            ...(props.serviceAccountName === undefined ? {} : { serviceAccountName: props.serviceAccountName }),
            ...(props.nodeSelector === undefined ? {} : { nodeSelector: { ...props.nodeSelector } }),
            ...(props.tolerations === undefined ? {} : { tolerations: [...props.tolerations] }),
          },
        },
      },
    });
  }

  #judgedImage(image: string): string {
    if (pinningOf(image) === "digest") return image;
    throw propError(this, {
      what: `image \`${image}\` is not a digest: nobody can say whether a notebook was validated with it`,
      fields: ["image"],
      fix: "give status.buildStatus.recommendedImage of a job that passed (repository@sha256:…), or validatedImage(job)",
    });
  }

  #judgedName(name: string): string {
    if (name.length <= LONGEST_NAME) return name;
    throw propError(this, {
      what: `the name ${name} has ${name.length} characters`,
      fields: ["metadata.name"],
      fix: `give one of at most ${LONGEST_NAME}: the notebook controller names its StatefulSet after it`,
    });
  }

  #knownNamespace(namespace: string | undefined): string {
    if (namespace !== undefined && namespace !== "") return namespace;
    throw propError(this, {
      what: "its namespace is not known, and its server answers under a path with it",
      fields: ["metadata.namespace"],
      fix: "set metadata.namespace, or the chart's namespace",
    });
  }
}

function resourcesOf(resources: WorkbenchResources | undefined): {
  requests: Record<string, Request>;
  limits: Record<string, Limit>;
} {
  const { requests, limits } = resources ?? {
    requests: { cpu: "250m", memory: "1Gi" },
    limits: { memory: "2Gi" },
  };
  const from = <T>(map: Readonly<Record<string, string>>, quantity: (text: string) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(map).map(([resource, text]) => [resource, quantity(text)]));
  return {
    requests: from(requests, (text) => Request.fromString(text)),
    limits: from(limits, (text) => Limit.fromString(text)),
  };
}
