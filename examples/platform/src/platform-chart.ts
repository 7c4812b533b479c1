import { Chart, Duration, JsonPatch } from "cdk8s";
import type { Construct } from "constructs";
import {
  NotebookImagePipeline,
  NotebookValidatorMonitoring,
  NotebookValidatorOperator,
} from "notebook-validator-operator/constructs";

/** What the platform team runs once per cluster. */
export class PlatformChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    const operator = new NotebookValidatorOperator(this, "Operator", {
      jobNamespaces: ["fraud", "forecasting"],
      certificate: { issuedBy: "cert-manager", certificateName: "notebook-validator" },
      metricsFrom: { "kubernetes.io/metadata.name": "monitoring" },
      config: {
        timeouts: { validation: "45m" },
        concurrency: { validationsPerNamespace: 4 },
        registry: { host: "registry.example.org" },
        build: { pushSecret: "registry" },
      },
    });
    // Everything stays reachable: this cluster keeps its operators on nodes of their own.
    operator.deployment.addJsonPatch(
      JsonPatch.add("/spec/template/spec/tolerations", [{ key: "operators", operator: "Exists" }]),
    );

    new NotebookValidatorMonitoring(this, "Monitoring", {
      certificate: { issuedBy: "cert-manager", certificateName: "notebook-validator" },
      selectorLabels: { release: "prometheus" },
      scrapeInterval: Duration.seconds(60),
      thresholds: { failureRatio: 0.3 },
    });
    new NotebookImagePipeline(this, "ImagePipeline", { namespace: "fraud" });
  }
}
