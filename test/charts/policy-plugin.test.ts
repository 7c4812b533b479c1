import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ApiObject, App, Chart } from "cdk8s";
import { PolicyPlugin } from "../../charts/policy-plugin.js";

/** What the plugin reports about a chart. */
function report(compose: (chart: Chart) => void) {
  const outdir = mkdtempSync(join(tmpdir(), "nbv-policy-"));
  try {
    const app = new App({ outdir });
    const chart = new Chart(app, "chart");
    compose(chart);
    app.synth();
    const violations: { ruleName: string; recommendation: string; resource: string }[] = [];
    let status = "";
    new PolicyPlugin().validate({
      manifests: [join(outdir, "chart.k8s.yaml")],
      report: {
        addViolation: ({ ruleName, recommendation, violatingResources }) =>
          violations.push({ ruleName, recommendation, resource: violatingResources[0]?.resourceName ?? "" }),
        submit: (result) => {
          status = result;
        },
      },
    });
    return { status, violations };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const labels = { "app.kubernetes.io/name": "a", "app.kubernetes.io/managed-by": "cdk8s" };

describe("the policy plugin of cdk8s synth", () => {
  test("is content with a chart that keeps the policy", () => {
    const result = report(
      (chart) => new ApiObject(chart, "A", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels } }),
    );
    expect(result).toEqual({ status: "success", violations: [] });
  });

  test("names object, rule and reason of every violation in a chart", () => {
    const result = report((chart) => {
      new ApiObject(chart, "Pod", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "wild", labels },
        spec: {
          hostNetwork: true,
          containers: [{ name: "main", image: "nginx:latest", securityContext: { privileged: true } }],
        },
      });
      new ApiObject(chart, "Map", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bare" } });
    });
    expect(result.status).toBe("failure");
    expect(result.violations).toEqual(
      expect.arrayContaining([
        { ruleName: "pinned-images", recommendation: expect.stringContaining("nginx:latest"), resource: "wild" },
        { ruleName: "restricted-pods", recommendation: expect.stringContaining("hostNetwork"), resource: "wild" },
        { ruleName: "restricted-pods", recommendation: expect.stringContaining("privileged"), resource: "wild" },
        { ruleName: "labels", recommendation: expect.any(String), resource: "bare" },
      ]),
    );
  });

  test("makes cdk8s synth end with an error, and spares nobody", () => {
    if (!existsSync("lib/charts/policy-plugin.cjs")) throw new Error("lib/ is missing: npm run build");
    const directory = mkdtempSync(join(tmpdir(), "nbv-synth-"));
    try {
      const plugin = join(process.cwd(), "lib/charts/policy-plugin.cjs");
      const config = {
        language: "typescript",
        app: "node app.mjs",
        output: "dist",
        validations: [{ package: plugin, version: "0.1.0", class: "PolicyPlugin" }],
      };
      writeFileSync(join(directory, "cdk8s.yaml"), JSON.stringify(config));
      const bad = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bare" } });
      const app = `import { mkdirSync, writeFileSync } from "node:fs";
        const outdir = process.env.CDK8S_OUTDIR;
        mkdirSync(outdir, { recursive: true });
        writeFileSync(outdir + "/bad.k8s.yaml", ${JSON.stringify(bad)});`;
      writeFileSync(join(directory, "app.mjs"), app);
      const cli = join(process.cwd(), "node_modules/cdk8s-cli/bin/cdk8s");
      const result = spawnSync(process.execPath, [cli, "synth", "--check-upgrade=false"], {
        cwd: directory,
        encoding: "utf8",
      });
      expect(result.status).toBe(2);
      expect(result.stdout + result.stderr).toContain("labels are missing");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }, 30_000);
});
