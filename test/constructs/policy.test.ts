import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { type PolicyObject, pinningOf, policyViolations } from "../../src/constructs/index.js";

const labels = { "app.kubernetes.io/name": "a", "app.kubernetes.io/managed-by": "b" };
const container: Container = {
  name: "main",
  image: "registry.example.org/a:1.2",
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  },
};

function aDeployment(spec: Partial<PodSpec> = {}, main: Partial<Container> = {}): PolicyObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a", labels },
    spec: { template: { spec: { containers: [{ ...container, ...main }], ...spec } } },
  };
}
const rules = (object: PolicyObject) => policyViolations(object).map((violation) => violation.rule);

describe("the policy", () => {
  test("has nothing against a restricted, pinned, labelled Deployment", () => {
    expect(policyViolations(aDeployment())).toEqual([]);
  });

  test.each<[string, Partial<PodSpec>, Partial<Container>]>([
    ["host network", { hostNetwork: true }, {}],
    ["host path", { volumes: [{ name: "v", hostPath: { path: "/" } }] }, {}],
    ["privileged", {}, { securityContext: { ...container.securityContext, privileged: true } }],
    ["no security context", {}, { securityContext: {} }],
    [
      "added capability",
      {},
      { securityContext: { ...container.securityContext, capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } } },
    ],
    ["root", {}, { securityContext: { ...container.securityContext, runAsUser: 0 } }],
    ["unconfined", {}, { securityContext: { ...container.securityContext, seccompProfile: { type: "Unconfined" } } }],
    ["host port", {}, { ports: [{ containerPort: 80, hostPort: 80 }] }],
    ["init container", { initContainers: [{ name: "init", image: "a:1" }] }, {}],
  ])("refuses a pod with %s", (_story, spec, main) => {
    expect(new Set(rules(aDeployment(spec, main)))).toEqual(new Set(["restricted-pods"]));
  });

  test("settings of the pod count for containers that say nothing", () => {
    const podLevel = { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } };
    const main = { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };
    expect(policyViolations(aDeployment(podLevel, main))).toEqual([]);
  });

  test("looks into CronJobs, Jobs and Pods as well", () => {
    const spec = { containers: [{ name: "main", image: "a" }] };
    const wrap: Record<string, unknown> = {
      Pod: spec,
      Job: { template: { spec } },
      CronJob: { jobTemplate: { spec: { template: { spec } } } },
    };
    for (const [kind, inner] of Object.entries(wrap)) {
      const object = { apiVersion: "v1", kind, metadata: { name: "a", labels }, spec: inner };
      expect(rules(object)).toEqual(expect.arrayContaining(["pinned-images", "restricted-pods"]));
    }
  });

  test("steps of Tekton Tasks must be pinned, but may be root", () => {
    const task = (image: string) => ({
      apiVersion: "tekton.dev/v1",
      kind: "Task",
      metadata: { name: "a", labels },
      spec: { steps: [{ name: "s", image, securityContext: { runAsUser: 0 } }] },
    });
    expect(rules(task("a:1"))).toEqual([]);
    expect(rules(task("a:latest"))).toEqual(["pinned-images"]);
  });

  test("refuses objects without labels and roles with wildcards", () => {
    expect(rules({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } })).toEqual(["labels"]);
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "a", labels } };
    expect(rules({ ...role, rules: [{ apiGroups: [""], resources: ["*"], verbs: ["get"] }] })).toEqual([
      "no-wildcards",
    ]);
  });
});

describe("pinning", () => {
  test.each([
    ["nginx", "none"],
    ["nginx:latest", "none"],
    ["registry:5000/nginx", "none"],
    ["registry:5000/nginx:1.27", "tag"],
    ["quay.io/a/b:v1.2.3", "tag"],
    [`quay.io/a/b@sha256:${"0".repeat(64)}`, "digest"],
    [`quay.io/a/b:latest@sha256:${"0".repeat(64)}`, "digest"],
    ["quay.io/a/b@sha256:123", "none"],
    ["", "none"],
    ["a b:1", "none"],
    ["$(params.image)", "none"],
  ])("%s → %s", (image, pinning) => {
    expect(pinningOf(image)).toBe(pinning);
  });

  test("never hangs and never calls an untagged name pinned", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9./-]{1,200}$/), (name) => {
        expect(pinningOf(name)).toBe("none");
      }),
    );
  });
});
