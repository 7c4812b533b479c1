import type { Construct } from "constructs";
import type { ServiceSpec } from "kubernetes-types/core/v1.js";
import type { NetworkPolicySpec } from "kubernetes-types/networking/v1.js";
import type { PodDisruptionBudgetSpec } from "kubernetes-types/policy/v1.js";
import { OPERATOR_NAME, PORTS } from "../../api/index.js";
import { manifest } from "../manifest.js";
import { operatorSelector, standardLabels } from "../standard-labels.js";

/** A Service in front of one named port of the operator. */
export function addService(
  scope: Construct,
  id: string,
  service: {
    readonly name: string;
    readonly namespace: string;
    readonly port: number;
    readonly portName: string;
    readonly targetPort: string;
    readonly annotations?: Readonly<Record<string, string>>;
  },
): void {
  const spec: ServiceSpec = {
    type: "ClusterIP",
    selector: operatorSelector(),
    ports: [{ name: service.portName, port: service.port, targetPort: service.targetPort, protocol: "TCP" }],
  };
  manifest(scope, id, {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: service.name,
      namespace: service.namespace,
      labels: standardLabels("operator", { "mlops.dev/service": id === "MetricsService" ? "metrics" : "webhook" }),
      ...(service.annotations === undefined ? {} : { annotations: { ...service.annotations } }),
    },
    spec,
  });
}

/** Keeps one replica through drains. With one replica it must be allowed to go, or nodes could never be drained. */
export function addDisruptionBudget(scope: Construct, namespace: string): void {
  const spec: PodDisruptionBudgetSpec = {
    maxUnavailable: 1,
    selector: { matchLabels: operatorSelector() },
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
  manifest(scope, "PodDisruptionBudget", {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: OPERATOR_NAME, namespace, labels: standardLabels("operator") },
    spec,
  });
}

export interface OperatorNetworkProps {
  readonly namespace: string;
  readonly webhook: boolean;
  readonly apiServerPorts: readonly number[];
  readonly gitPorts: readonly number[];
  readonly registryPorts: readonly number[];
  /** Labels of the namespaces that may scrape; undefined = all. */
  readonly metricsFrom: Readonly<Record<string, string>> | undefined;
}

/** Closes the operator's namespace, then opens what its pods need: scrapes and webhook in; DNS, API server, Git and registries out. */
export function addNetworkPolicies(scope: Construct, props: OperatorNetworkProps): void {
  const { namespace } = props;
  const labels = standardLabels("operator");
  const tcp = (ports: readonly (number | string)[]) => ports.map((port) => ({ protocol: "TCP" as const, port }));
  const closed: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
  manifest(scope, "DefaultDeny", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace, labels },
    spec: closed,
  });
  const open: NetworkPolicySpec = {
    podSelector: { matchLabels: operatorSelector() },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        ports: tcp([PORTS.https]),
        ...(props.metricsFrom === undefined
          ? {}
          : { from: [{ namespaceSelector: { matchLabels: { ...props.metricsFrom } } }] }),
      },
      // The API server has no pod to select.
      ...(props.webhook ? [{ ports: tcp([PORTS.webhook]) }] : []),
    ],
    egress: [
      {
        ports: [
          { protocol: "UDP", port: 53 },
          { protocol: "TCP", port: 53 },
          // CoreDNS on OpenShift listens here.
          { protocol: "UDP", port: 5353 },
          { protocol: "TCP", port: 5353 },
        ],
      },
      { ports: tcp(outwardPorts(props)) },
    ],
  };
  manifest(scope, "NetworkPolicy", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: OPERATOR_NAME, namespace, labels },
    spec: open,
  });
}

function outwardPorts({ apiServerPorts, gitPorts, registryPorts }: OperatorNetworkProps): number[] {
  return [...new Set([...apiServerPorts, ...gitPorts, ...registryPorts])].sort((a, b) => a - b);
}
