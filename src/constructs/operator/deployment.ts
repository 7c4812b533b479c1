import type { ApiObject } from "cdk8s";
import type { Construct } from "constructs";
import type { DeploymentSpec } from "kubernetes-types/apps/v1.js";
import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { OPERATOR_NAME, PORTS } from "../../api/index.js";
import { manifest } from "../manifest.js";
import { operatorSelector, standardLabels } from "../standard-labels.js";

import type { CertificateSecrets } from "./serving-certificate.js";

/** CPU and memory of the operator, as Kubernetes quantities. */
export interface OperatorResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface OperatorDeploymentProps {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly replicas: number;
  readonly resources: OperatorResources;
  readonly serviceAccountName: string;
  readonly configMapName: string;
  /** Changes with the configuration, so that a change restarts the pods. */
  readonly configDigest: string;
  /** Namespaces whose jobs are served; empty = all. */
  readonly jobNamespaces: readonly string[];
  readonly webhook: boolean;
  /** Secrets with certificates that somebody else issues; absent = the operator issues its own. */
  readonly certificates: CertificateSecrets | undefined;
}

const configPath = "/etc/notebook-validator";
const certificatePath = "/etc/certificates";

/** The operator's Deployment. Its pods satisfy Pod Security *restricted* and run with any user id. */
export function addOperatorDeployment(scope: Construct, props: OperatorDeploymentProps): ApiObject {
  const labels = standardLabels("operator");
  const spec: DeploymentSpec = {
    replicas: props.replicas,
    revisionHistoryLimit: 3,
    // A new replica stands by until the old leader lets go of the lease.
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    selector: { matchLabels: operatorSelector() },
    template: {
      metadata: {
        labels,
        annotations: {
          "kubectl.kubernetes.io/default-container": "operator",
          "mlops.dev/config-digest": props.configDigest,
        },
      },
      spec: podSpec(props),
    },
  };
  return manifest(scope, "Deployment", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: OPERATOR_NAME, namespace: props.namespace, labels },
    spec,
  });
}

function podSpec(props: OperatorDeploymentProps): PodSpec {
  return {
    serviceAccountName: props.serviceAccountName,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    ...(props.imagePullSecrets.length > 0
      ? { imagePullSecrets: props.imagePullSecrets.map((name) => ({ name })) }
      : {}),
    nodeSelector: { "kubernetes.io/os": "linux" },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: operatorSelector() },
      },
    ],
    containers: [container(props)],
    volumes: [
      { name: "config", configMap: { name: props.configMapName } },
      // Git and Node need a place for temporary files, as the root file system is read-only.
      { name: "tmp", emptyDir: { sizeLimit: "512Mi" } },
      ...certificates(props).map(({ name, secretName }) => ({ name, secret: { secretName, optional: true } })),
    ],
  };
}

function container(props: OperatorDeploymentProps): Container {
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: "health" },
    periodSeconds,
    failureThreshold,
    timeoutSeconds: 5,
  });
  return {
    name: "operator",
    image: props.image,
    imagePullPolicy: "IfNotPresent",
    command: ["node", "/app/nbv.js"],
    args: [
      "operator",
      "--config",
      `${configPath}/config.yaml`,
      ...props.jobNamespaces.flatMap((namespace) => ["--namespace", namespace]),
      ...(props.webhook ? [] : ["--webhook-address", "off"]),
      ...(props.certificates === undefined ? [] : ["--certificates", certificatePath]),
    ],
    env: [
      { name: "NODE_ENV", value: "production" },
      { name: "HOME", value: "/tmp" },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ],
    ports: [
      { name: "https", containerPort: PORTS.https },
      ...(props.webhook ? [{ name: "webhook", containerPort: PORTS.webhook }] : []),
      { name: "health", containerPort: PORTS.health },
    ],
    startupProbe: probe("/healthz", 2, 30),
    livenessProbe: probe("/healthz", 20, 3),
    readinessProbe: probe("/readyz", 10, 3),
    resources: props.resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "config", mountPath: configPath, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...certificates(props).map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
    ],
  };
}

/**
 * Certificates that somebody else issues. Optional: the operator starts without them and waits, so that the order in which
 * things are applied doesn't matter. Its own certificate it reads from the API server.
 */
function certificates({ certificates: secrets, webhook }: OperatorDeploymentProps) {
  if (secrets === undefined) return [];
  const mount = (use: "webhook" | "metrics") => ({
    name: `${use}-certificate`,
    secretName: secrets[use],
    mountPath: `${certificatePath}/${use}`,
  });
  return webhook ? [mount("metrics"), mount("webhook")] : [mount("metrics")];
}
