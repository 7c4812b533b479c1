import { type ApiObject, Duration } from "cdk8s";
import { ConfigMap } from "cdk8s-plus-28";
import { Construct } from "constructs";
import {
  PrometheusRule,
  PrometheusRuleSpecGroupsRulesExpr,
  ServiceMonitor,
  ServiceMonitorSpecEndpointsScheme,
} from "../../imports/monitoring.coreos.com.js";
import { documentationUrl } from "../api/documentation.js";
import { METRICS_SERVICE_NAME, OPERATOR_NAME, OPERATOR_NAMESPACE } from "../api/index.js";
import {
  type AlertThresholds,
  DEFAULT_THRESHOLDS,
  type GrafanaDashboard,
  grafanaDashboard,
  ruleGroups,
} from "../observability/index.js";
import { metricsAuthority } from "./monitoring/metrics-authority.js";
import { addScraperAccess, SCRAPER_TOKEN_SECRET_NAME } from "./monitoring/scraper-access.js";
import type { ServingCertificate } from "./operator/serving-certificate.js";
import { propError } from "./prop-error.js";
import { operatorSelector, standardLabels } from "./standard-labels.js";

/** Pages of the alerts' runbooks in this project's repository. */
export const RUNBOOKS_URL = documentationUrl("runbooks/");

export interface NotebookValidatorMonitoringProps {
  /**
   * Namespace of the operator. ServiceMonitor and PrometheusRule live there too, as OpenShift's user workload
   * monitoring demands.
   * @default "notebook-validator-system"
   */
  readonly namespace?: string;
  /**
   * Labels by which your Prometheus selects monitors and rules.
   * @default {} - only the standard labels
   */
  readonly selectorLabels?: Readonly<Record<string, string>>;
  /**
   * Whether to add a ServiceMonitor, and an account with a token that may read metrics and nothing else.
   * @default true
   */
  readonly serviceMonitor?: boolean;
  /**
   * How often Prometheus scrapes the operator.
   * @default Duration.seconds(30)
   */
  readonly scrapeInterval?: Duration;
  /**
   * Who issued the operator's certificate; as given to NotebookValidatorOperator.
   * @default { issuedBy: "operator" }
   */
  readonly certificate?: ServingCertificate;
  /**
   * Whether to add the alerts.
   * @default true
   */
  readonly alerts?: boolean;
  /**
   * Whether to add the recording rules. Neither alerts nor dashboards need them.
   * @default true
   */
  readonly recordingRules?: boolean;
  /**
   * Numbers of the alerts.
   * @default DEFAULT_THRESHOLDS for each that is left out
   */
  readonly thresholds?: Partial<AlertThresholds>;
  /**
   * Where the runbook pages are.
   * @default RUNBOOKS_URL
   */
  readonly runbooks?: string;
  /**
   * Whether to add the Grafana dashboard as a ConfigMap for Grafana's sidecar.
   * @default true
   */
  readonly dashboards?: boolean;
  /**
   * Namespace of the dashboards.
   * @default - the operator's namespace
   */
  readonly dashboardNamespace?: string;
  /**
   * Label by which the sidecar finds dashboards.
   * @default { grafana_dashboard: "1" }
   */
  readonly dashboardLabels?: Readonly<Record<string, string>>;
  /**
   * Folder of the dashboards in Grafana.
   * @default "Notebook validation"
   */
  readonly dashboardFolder?: string;
}

/** What a Prometheus and a Grafana need to watch the operator, all of it made from the metric catalogue. */
export class NotebookValidatorMonitoring extends Construct {
  /** Absent when switched off. */
  readonly serviceMonitor?: ServiceMonitor;
  /** Absent when alerts and recording rules are switched off. */
  readonly prometheusRule?: PrometheusRule;
  readonly #dashboards: { namespace: string; labels: Record<string, string>; folder: string };

  constructor(scope: Construct, id: string, props: NotebookValidatorMonitoringProps = {}) {
    super(scope, id);
    const namespace = props.namespace ?? OPERATOR_NAMESPACE;
    const thresholds = { ...DEFAULT_THRESHOLDS, ...props.thresholds };
    this.#judge(thresholds);
    const labels = { ...standardLabels("monitoring"), ...props.selectorLabels };
    this.#dashboards = {
      namespace: props.dashboardNamespace ?? namespace,
      labels: { ...standardLabels("monitoring"), ...(props.dashboardLabels ?? { grafana_dashboard: "1" }) },
      folder: props.dashboardFolder ?? "Notebook validation",
    };

    if (props.serviceMonitor ?? true) {
      addScraperAccess(this, namespace);
      this.serviceMonitor = addServiceMonitor(this, namespace, labels, props);
    }
    const groups = ruleGroups({
      namespace,
      job: OPERATOR_NAME,
      thresholds,
      runbooks: props.runbooks ?? RUNBOOKS_URL,
      alerts: props.alerts ?? true,
      recordingRules: props.recordingRules ?? true,
    });
    if (groups.length > 0) {
      this.prometheusRule = new PrometheusRule(this, "PrometheusRule", {
        metadata: { name: OPERATOR_NAME, namespace, labels },
        spec: {
          groups: groups.map((group) => ({
            name: group.name,
            rules: group.rules.map((rule) => ({
              ...rule,
              expr: PrometheusRuleSpecGroupsRulesExpr.fromString(rule.expr),
            })),
          })),
        },
      });
    }
    if (props.dashboards ?? true) this.addDashboard("notebook-validation", grafanaDashboard());
  }

  /** Adds a dashboard beside ours: `name` is that of its ConfigMap and, with `.json`, of its file. */
  addDashboard(name: string, dashboard: GrafanaDashboard): ApiObject {
    const { namespace, labels, folder } = this.#dashboards;
    const configMap = new ConfigMap(this, `Dashboard-${name}`, {
      metadata: {
        name: `${OPERATOR_NAME}-dashboard-${name}`,
        namespace,
        labels,
        annotations: { grafana_folder: folder },
      },
      data: { [`${name}.json`]: `${JSON.stringify(dashboard, undefined, 1)}\n` },
    });
    return configMap.node.defaultChild as ApiObject;
  }

  #judge(thresholds: AlertThresholds): void {
    const shares = ["failureRatio", "reconcileErrorRatio", "objective"] as const;
    const durations = ["downFor", "failureFor", "failureWindow", "backlogFor"] as const;
    const wrong: string[] = [
      ...shares.filter((name) => !(thresholds[name] > 0 && thresholds[name] < 1)),
      ...durations.filter((name) => !/^([0-9]+[smhdw])+$/.test(thresholds[name])),
    ];
    if (wrong.length === 0) return;
    throw propError(this, {
      what: "alert thresholds are out of range",
      fields: wrong.map((name) => `thresholds.${name}`),
      fix: `${shares.join(", ")} lie between 0 and 1; ${durations.join(", ")} are Prometheus durations such as 15m`,
    });
  }
}

function addServiceMonitor(
  scope: Construct,
  namespace: string,
  labels: Record<string, string>,
  props: NotebookValidatorMonitoringProps,
): ServiceMonitor {
  const interval = `${(props.scrapeInterval ?? Duration.seconds(30)).toSeconds()}s`;
  return new ServiceMonitor(scope, "ServiceMonitor", {
    metadata: { name: OPERATOR_NAME, namespace, labels },
    spec: {
      // The scrape's label `job` is what the alerts look for.
      jobLabel: "app.kubernetes.io/name",
      namespaceSelector: { matchNames: [namespace] },
      selector: { matchLabels: { ...operatorSelector(), "mlops.dev/service": "metrics" } },
      sampleLimit: 5000,
      labelLimit: 30,
      endpoints: [
        {
          port: "https",
          path: "/metrics",
          scheme: ServiceMonitorSpecEndpointsScheme.HTTPS,
          interval,
          honorLabels: false,
          authorization: { type: "Bearer", credentials: { name: SCRAPER_TOKEN_SECRET_NAME, key: "token" } },
          tlsConfig: {
            serverName: `${METRICS_SERVICE_NAME}.${namespace}.svc`,
            ca: metricsAuthority(props.certificate ?? { issuedBy: "operator" }),
          },
        },
      ],
    },
  });
}
