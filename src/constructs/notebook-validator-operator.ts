import { createHash } from "node:crypto";
import { type ApiObject, Yaml } from "cdk8s";
import { ConfigMap, Namespace, type ServiceAccount } from "cdk8s-plus-28";
import { Construct } from "constructs";
import {
  CONFIG_MAP_NAME,
  METRICS_SERVICE_NAME,
  OPERATOR_IMAGE,
  OPERATOR_NAMESPACE,
  type OperatorConfigInput,
  type PermissionFeature,
  PORTS,
  parseOperatorConfig,
  UserError,
  WEBHOOK_SERVICE_NAME,
} from "../api/index.js";
import { NotebookValidationJobDefinition } from "./notebook-validation-job-definition.js";
import { addOperatorAccess } from "./operator/access.js";
import { addOperatorDeployment, type OperatorResources } from "./operator/deployment.js";
import { addDisruptionBudget, addNetworkPolicies, addService } from "./operator/network.js";
import { certificateRequest, certificateSecrets, type ServingCertificate } from "./operator/serving-certificate.js";
import { addWebhookConfiguration } from "./operator/webhook.js";
import { propError } from "./prop-error.js";
import { requirePinned } from "./require-pinned.js";
import { standardLabels } from "./standard-labels.js";

/** What builds images on a cluster. `shipwright` needs `tekton`, too: its builds are Tekton's runs. */
export type Builder = "tekton" | "openshift" | "shipwright";

export interface NotebookValidatorOperatorProps {
  /**
   * Image of the operator, pinned by tag or digest. Also what fetches the source in validation pods.
   * @default OPERATOR_IMAGE, the image of this package's version
   */
  readonly image?: string;
  /**
   * Names of Secrets for pulling the image.
   * @default [] - none
   */
  readonly imagePullSecrets?: readonly string[];
  /** @default "notebook-validator-system" */
  readonly namespace?: string;
  /**
   * Whether to create the namespace, labelled for Pod Security *restricted*.
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * Whether to create the CustomResourceDefinition and the aggregated roles here.
   * Switch it off where they travel apart ({@link NotebookValidationJobDefinition}).
   * @default true
   */
  readonly definition?: boolean;
  /**
   * Namespaces whose jobs are served. With a list, the operator gets no permission outside of these and its own.
   * @default [] - all namespaces
   */
  readonly jobNamespaces?: readonly string[];
  /**
   * Replicas, 1–5: one leads, the others stand by.
   * @default 2
   */
  readonly replicas?: number;
  /** @default requests 100m CPU and 256Mi memory, limit 512Mi memory */
  readonly resources?: OperatorResources;
  /**
   * Operator-wide configuration. `fetcherImage` follows `image` unless it is given.
   * @default {} - the operator's defaults
   */
  readonly config?: OperatorConfigInput;
  /**
   * Whether to install the admission webhook. Nothing depends on it: without, the reconciler says the same later.
   * @default true
   */
  readonly webhook?: boolean;
  /**
   * Who issues the certificate of webhook and metrics.
   * @default { issuedBy: "operator" }
   */
  readonly certificate?: ServingCertificate;
  /**
   * Whether to add NetworkPolicies.
   * @default true
   */
  readonly networkPolicy?: boolean;
  /**
   * Ports of the API server, for the NetworkPolicy.
   * @default [443, 6443]
   */
  readonly apiServerPorts?: readonly number[];
  /**
   * Ports of Git servers, for the NetworkPolicy.
   * @default [22, 80, 443, 9418]
   */
  readonly gitPorts?: readonly number[];
  /**
   * Ports of image registries, for the NetworkPolicy.
   * @default [443, 5000]
   */
  readonly registryPorts?: readonly number[];
  /**
   * What the operator may build images with. Which of them the cluster has, it finds out by itself.
   * @default ["tekton", "openshift", "shipwright"]
   */
  readonly builders?: readonly Builder[];
  /**
   * Labels of the namespaces whose pods may scrape metrics.
   * @default - every namespace; the metrics server asks who they are in any case
   */
  readonly metricsFrom?: Readonly<Record<string, string>>;
}

/**
 * The operator: everything that a cluster needs to serve NotebookValidationJobs. Each object stays reachable
 * through `node.findChild(id)`; the properties name the ones that are changed most.
 */
export class NotebookValidatorOperator extends Construct {
  readonly namespace: string;
  readonly serviceAccount: ServiceAccount;
  readonly configMap: ConfigMap;
  /** The Deployment, as it will be written: `addJsonPatch` reaches every field of it. */
  readonly deployment: ApiObject;
  /** Absent when the webhook is off. */
  readonly webhookConfiguration?: ApiObject;

  constructor(scope: Construct, id: string, props: NotebookValidatorOperatorProps = {}) {
    super(scope, id);
    const image = props.image ?? OPERATOR_IMAGE;
    requirePinned(this, "image", image);
    const replicas = props.replicas ?? 2;
    if (!Number.isInteger(replicas) || replicas < 1 || replicas > 5) {
      throw propError(this, {
        what: `replicas is ${replicas}`,
        fields: ["replicas"],
        fix: "give a whole number from 1 to 5",
      });
    }
    const namespace = props.namespace ?? OPERATOR_NAMESPACE;
    const webhook = props.webhook ?? true;
    const certificate = props.certificate ?? { issuedBy: "operator" };
    const secrets = certificateSecrets(certificate);
    const config = this.checkedConfig({ fetcherImage: image, ...props.config });
    const configText = Yaml.stringify(config);
    this.namespace = namespace;

    if (props.createNamespace ?? true) addNamespace(this, namespace);
    if (props.definition ?? true) new NotebookValidationJobDefinition(this, "Definition");
    this.serviceAccount = addOperatorAccess(this, {
      namespace,
      jobNamespaces: props.jobNamespaces ?? [],
      buildNamespace: config.build?.namespace,
      secretWatchNamespaces: config.access?.secretWatchNamespaces ?? [],
      derivedSecretNamespaces: config.access?.derivedSecretNamespaces ?? [],
      features: features(webhook, certificate, this.checkedBuilders(props.builders)),
    });
    this.configMap = new ConfigMap(this, "Config", {
      metadata: { name: CONFIG_MAP_NAME, namespace, labels: standardLabels("operator") },
      data: { "config.yaml": configText },
    });
    this.deployment = addOperatorDeployment(this, {
      namespace,
      image,
      imagePullSecrets: props.imagePullSecrets ?? [],
      replicas,
      resources: props.resources ?? {
        requests: { cpu: "100m", memory: "256Mi" },
        limits: { memory: "512Mi" },
      },
      serviceAccountName: this.serviceAccount.name,
      configMapName: this.configMap.name,
      configDigest: createHash("sha256").update(configText).digest("hex").slice(0, 16),
      jobNamespaces: props.jobNamespaces ?? [],
      webhook,
      certificates: certificate.issuedBy === "operator" ? undefined : secrets,
    });
    addService(this, "MetricsService", {
      name: METRICS_SERVICE_NAME,
      namespace,
      port: PORTS.https,
      portName: "https",
      targetPort: "https",
      annotations: certificateRequest(certificate, secrets.metrics),
    });
    addDisruptionBudget(this, namespace);
    if (props.networkPolicy ?? true) {
      addNetworkPolicies(this, {
        namespace,
        webhook,
        apiServerPorts: props.apiServerPorts ?? [443, 6443],
        gitPorts: props.gitPorts ?? [22, 80, 443, 9418],
        registryPorts: props.registryPorts ?? [443, 5000],
        metricsFrom: props.metricsFrom,
      });
    }
    if (webhook) {
      addService(this, "WebhookService", {
        name: WEBHOOK_SERVICE_NAME,
        namespace,
        port: 443,
        portName: "webhook",
        targetPort: "webhook",
        annotations: certificateRequest(certificate, secrets.webhook),
      });
      this.webhookConfiguration = addWebhookConfiguration(this, namespace, certificate);
    }
    this.applyNamespaceFirst();
  }

  private checkedConfig(config: OperatorConfigInput): OperatorConfigInput {
    try {
      parseOperatorConfig(config);
      return config;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw propError(this, {
        what: error.what,
        fields: error.where.map((place) => `config.${place}`),
        fix: error.fix ?? "correct the fields named above",
      });
    }
  }

  private checkedBuilders(builders: readonly Builder[] = ["tekton", "openshift", "shipwright"]): readonly Builder[] {
    if (!builders.includes("shipwright") || builders.includes("tekton")) return builders;
    throw propError(this, {
      what: "builders names shipwright without tekton",
      fields: ["builders"],
      fix: "add tekton: Shipwright's builds are Tekton's runs, and are followed by them",
    });
  }

  private applyNamespaceFirst(): void {
    const first = this.node.tryFindChild("Namespace");
    if (first === undefined) return;
    for (const child of this.node.children) if (child !== first) child.node.addDependency(first);
  }
}

function features(
  webhook: boolean,
  certificate: ServingCertificate,
  builders: readonly Builder[],
): ReadonlySet<PermissionFeature> {
  const own = certificate.issuedBy === "operator";
  return new Set<PermissionFeature>([
    "metrics-authentication",
    ...(own ? (["certificate"] as const) : []),
    ...(own && webhook ? (["webhook"] as const) : []),
    ...builders.map((builder) => `${builder}-builds` as const),
  ]);
}

function addNamespace(scope: Construct, name: string): void {
  const level = "restricted";
  new Namespace(scope, "Namespace", {
    metadata: {
      name,
      labels: {
        ...standardLabels("operator"),
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/audit": level,
        "pod-security.kubernetes.io/warn": level,
      },
    },
  });
}
