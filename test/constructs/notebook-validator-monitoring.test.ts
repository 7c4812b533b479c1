import { describe, expect, test } from "@jest/globals";
import { Duration } from "cdk8s";
import {
  NotebookValidatorMonitoring,
  NotebookValidatorOperator,
  policyViolations,
} from "../../src/constructs/index.js";
import { grafanaDashboard } from "../../src/observability/index.js";
import { aChart, objectsOf, only } from "./synthesize.js";

describe("NotebookValidatorMonitoring", () => {
  test("the ServiceMonitor selects the operator's metrics Service, and no other", () => {
    const chart = aChart();
    new NotebookValidatorOperator(chart, "Operator");
    new NotebookValidatorMonitoring(chart, "Monitoring");
    const objects = objectsOf(chart);
    const spec = only(objects, "ServiceMonitor")["spec"] as {
      selector: { matchLabels: Record<string, string> };
      endpoints: { port: string }[];
      jobLabel: string;
    };
    const wanted = Object.entries(spec.selector.matchLabels);
    const selected = objects.filter(
      (object) => object.kind === "Service" && wanted.every(([key, value]) => object.metadata?.labels?.[key] === value),
    );
    expect(selected.map((object) => object.metadata?.name)).toEqual(["notebook-validator-metrics"]);
    expect(selected[0]).toHaveProperty("spec.ports", [
      expect.objectContaining({ name: spec.endpoints[0]?.port, port: 8443 }),
    ]);
    // The alerts look for the job label that this Service gives to its scrape.
    expect(JSON.stringify(only(objects, "PrometheusRule"))).toContain(
      `job=\\"${selected[0]?.metadata?.labels?.[spec.jobLabel]}\\"`,
    );
  });

  test("names no file, which OpenShift's user workload monitoring would refuse, and verifies the certificate", () => {
    const chart = aChart();
    new NotebookValidatorMonitoring(chart, "Monitoring", { scrapeInterval: Duration.minutes(1) });
    const [endpoint] = (only(objectsOf(chart), "ServiceMonitor")["spec"] as { endpoints: object[] }).endpoints;
    expect(JSON.stringify(endpoint)).not.toMatch(/File|insecureSkipVerify/);
    expect(endpoint).toMatchObject({ scheme: "https", interval: "60s", tlsConfig: { ca: expect.any(Object) } });
  });

  test("alerts, recording rules, scrape and dashboards have switches of their own", () => {
    const kinds = (props: object) => {
      const chart = aChart();
      new NotebookValidatorMonitoring(chart, "Monitoring", props);
      return new Set(objectsOf(chart).map((object) => object.kind));
    };
    expect(kinds({ serviceMonitor: false })).toEqual(new Set(["PrometheusRule", "ConfigMap"]));
    expect(kinds({ serviceMonitor: false, alerts: false })).toContain("PrometheusRule");
    expect(kinds({ serviceMonitor: false, alerts: false, recordingRules: false })).toEqual(new Set(["ConfigMap"]));
    expect(kinds({ serviceMonitor: false, dashboards: false })).toEqual(new Set(["PrometheusRule"]));
  });

  test("dashboards are ConfigMaps that Grafana's sidecar finds, in the namespace asked for", () => {
    const chart = aChart();
    const monitoring = new NotebookValidatorMonitoring(chart, "Monitoring", { dashboardNamespace: "grafana" });
    monitoring.addDashboard("mine", { ...grafanaDashboard(), uid: "mine", title: "Mine" });
    const maps = objectsOf(chart).filter((object) => object.kind === "ConfigMap");
    expect(maps).toMatchObject([
      { metadata: { namespace: "grafana", labels: { grafana_dashboard: "1" } } },
      { metadata: { name: "notebook-validator-operator-dashboard-mine" } },
    ]);
    const json = Object.values((maps[1]?.["data"] ?? {}) as Record<string, string>)[0] ?? "";
    expect(JSON.parse(json)).toMatchObject({ uid: "mine", panels: expect.any(Array) });
  });

  test("a threshold out of range throws and names the field", () => {
    expect(() => new NotebookValidatorMonitoring(aChart(), "Monitoring", { thresholds: { failureRatio: 50 } })).toThrow(
      expect.objectContaining({ where: ["test/Monitoring: thresholds.failureRatio"] }),
    );
    expect(
      () => new NotebookValidatorMonitoring(aChart(), "Monitoring", { thresholds: { downFor: "5 minutes" } }),
    ).toThrow(expect.objectContaining({ where: ["test/Monitoring: thresholds.downFor"] }));
  });

  test("breaks no policy", () => {
    const chart = aChart();
    new NotebookValidatorMonitoring(chart, "Monitoring");
    expect(objectsOf(chart).flatMap(policyViolations)).toEqual([]);
  });
});
