import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { JsonPatch } from "cdk8s";
import type { DeploymentSpec } from "kubernetes-types/apps/v1.js";
import { parse } from "yaml";
import { OPERATOR_NAME, PACKAGE_VERSION, parseOperatorConfig } from "../../src/api/index.js";
import {
  NotebookValidatorOperator,
  type NotebookValidatorOperatorProps,
  policyViolations,
} from "../../src/constructs/index.js";
import { aChart, objectsOf, only } from "./synthesize.js";

function operator(props: NotebookValidatorOperatorProps = {}) {
  const chart = aChart();
  new NotebookValidatorOperator(chart, "Operator", props);
  return objectsOf(chart);
}
const deployment = (objects: ReturnType<typeof operator>) => only(objects, "Deployment")["spec"] as DeploymentSpec;

describe("NotebookValidatorOperator", () => {
  test("makes everything that a cluster needs, the namespace before what lives in it", () => {
    const kinds = operator().map((object) => object.kind);
    expect(new Set(kinds)).toEqual(
      new Set([
        "Namespace",
        "CustomResourceDefinition",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "ServiceAccount",
        "ConfigMap",
        "Deployment",
        "Service",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "ValidatingWebhookConfiguration",
      ]),
    );
    expect(kinds[0]).toBe("Namespace");
  });

  test("breaks no policy, with and without its optional parts", () => {
    const variants: NotebookValidatorOperatorProps[] = [
      {},
      { webhook: false, networkPolicy: false, createNamespace: false, definition: false },
      { jobNamespaces: ["a", "b"], certificate: { issuedBy: "openshift" } },
      { config: { access: { secretWatchNamespaces: ["a"] } }, replicas: 1 },
    ];
    for (const props of variants) expect(operator(props).flatMap(policyViolations)).toEqual([]);
  });

  test("runs the image that it was given, and fetches sources with the same one", () => {
    const image = `registry.example.org/nbv@sha256:${"a".repeat(64)}`;
    const objects = operator({ image });
    expect(deployment(objects).template.spec?.containers[0]?.image).toBe(image);
    const data = only(objects, "ConfigMap")["data"] as Record<string, string>;
    expect(parseOperatorConfig(parse(data["config.yaml"] ?? "")).fetcherImage).toBe(image);
  });

  test("a changed configuration restarts the pods, an unchanged one does not", () => {
    const digest = (props: NotebookValidatorOperatorProps) =>
      deployment(operator(props)).template.metadata?.annotations?.["mlops.dev/config-digest"];
    expect(digest({})).toBe(digest({}));
    expect(digest({ config: { timeouts: { validation: "45m" } } })).not.toBe(digest({}));
  });

  test.each([
    [{ image: "nbv:latest" }, "image", /not pinned/],
    [{ image: "nbv" }, "image", /not pinned/],
    [{ replicas: 0 }, "replicas", /replicas is 0/],
    [{ builders: ["shipwright"] }, "builders", /shipwright without tekton/],
    [{ config: { timeouts: { validation: "soon" } } }, "config.timeouts.validation", /configuration has 1 mistake/],
    [{ config: { tymeouts: {} } as never }, "config.tymeouts", /configuration has 1 mistake/],
  ])("refuses %j and names the field", (props, field, message) => {
    expect(() => operator(props as NotebookValidatorOperatorProps)).toThrow(
      expect.objectContaining({
        what: expect.stringMatching(message),
        where: [expect.stringContaining(`test/Operator: ${field}`)],
        fix: expect.any(String),
      }),
    );
  });

  test("with a list of namespaces it may touch these and its own, and nothing of jobs anywhere else", () => {
    const objects = operator({ jobNamespaces: ["fraud"] });
    const cluster = only(objects, "ClusterRole", OPERATOR_NAME)["rules"] as { resources: string[] }[];
    expect(cluster.flatMap((rule) => rule.resources)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/pods|secrets|notebookvalidationjobs/)]),
    );
    const roles = objects.filter((object) => object.kind === "Role").map((role) => role.metadata);
    expect(roles).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "notebook-validator-operator-jobs", namespace: "fraud" }),
      ]),
    );
    expect(deployment(objects).template.spec?.containers[0]?.args).toEqual(
      expect.arrayContaining(["--namespace", "fraud"]),
    );
  });

  test("may use only the builders that it is given", () => {
    const groups = (props: NotebookValidatorOperatorProps) => {
      const rules = only(operator(props), "ClusterRole", OPERATOR_NAME)["rules"] as { apiGroups: string[] }[];
      const known = ["tekton.dev", "build.openshift.io", "shipwright.io"];
      return [...new Set(rules.flatMap((rule) => rule.apiGroups))].filter((group) => known.includes(group));
    };
    expect(groups({})).toEqual(["tekton.dev", "build.openshift.io", "shipwright.io"]);
    expect(groups({ builders: ["openshift"] })).toEqual(["build.openshift.io"]);
    expect(groups({ builders: [] })).toEqual([]);
  });

  test("builds in a namespace of their own need a Role there, which has nothing of jobs and pods", () => {
    const objects = operator({ jobNamespaces: ["fraud"], config: { build: { namespace: "builds" } } });
    const role = only(objects, "Role", "notebook-validator-operator-builds");
    expect(role.metadata).toMatchObject({ namespace: "builds" });
    const resources = (role["rules"] as { resources: string[] }[]).flatMap((rule) => rule.resources);
    expect(resources).toEqual(expect.arrayContaining(["pipelineruns", "pods/log", "secrets"]));
    expect(resources).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(pods|notebookvalidationjobs.*)$/)]));
  });

  test("Secrets may be listed only in namespaces that opted in", () => {
    const listing = (objects: ReturnType<typeof operator>) =>
      objects.filter((object) =>
        ((object["rules"] ?? []) as { resources?: string[]; verbs: string[] }[]).some(
          (rule) =>
            rule.resources?.includes("secrets") && (rule.verbs.includes("list") || rule.verbs.includes("watch")),
        ),
      );
    expect(listing(operator())).toEqual([]);
    expect(listing(operator({ config: { access: { secretWatchNamespaces: ["fraud"] } } }))).toMatchObject([
      { kind: "Role", metadata: { namespace: "fraud" } },
    ]);
  });

  test("Secrets may be written only in namespaces where derived ones are wanted, and in its own", () => {
    const writing = (objects: ReturnType<typeof operator>) =>
      objects
        .filter((object) =>
          ((object["rules"] ?? []) as { resources?: string[]; verbs: string[] }[]).some(
            ({ resources, verbs }) => resources?.includes("secrets") && verbs.includes("patch"),
          ),
        )
        .map(({ kind, metadata }) => [kind, (metadata as { namespace?: string }).namespace]);
    expect(writing(operator())).toEqual([]);
    expect(writing(operator({ config: { access: { derivedSecretNamespaces: ["fraud"] } } }))).toEqual([
      ["Role", "fraud"],
    ]);
  });

  test("without a webhook there is no permission, port, Service or policy for one", () => {
    const text = JSON.stringify(operator({ webhook: false, certificate: { issuedBy: "openshift" } }));
    expect(text).not.toContain("9443");
    expect(text).not.toContain("validatingwebhookconfigurations");
    expect(text).not.toContain("notebook-validator-webhook");
  });

  test("the webhook never stands in the way: 5 s, Ignore, silent for changes that can't make a job invalid", () => {
    const configuration = only(operator(), "ValidatingWebhookConfiguration");
    const [webhook] = configuration["webhooks"] as Record<string, unknown>[];
    expect(webhook).toMatchObject({ failurePolicy: "Ignore", timeoutSeconds: 5, sideEffects: "None" });
    expect(JSON.stringify(webhook?.["rules"])).not.toContain("DELETE");
    expect(JSON.stringify(webhook?.["matchConditions"])).toContain("object.spec != oldObject.spec");
  });

  test.each([
    [{ issuedBy: "cert-manager", certificateName: "nbv" } as const, "cert-manager.io/inject-ca-from"],
    [{ issuedBy: "openshift" } as const, "service.beta.openshift.io/inject-cabundle"],
  ])(
    "with a certificate %j the CA is injected by its issuer, and the operator gets no permission to do it",
    (certificate, annotation) => {
      const objects = operator({ certificate });
      const configuration = only(objects, "ValidatingWebhookConfiguration");
      expect(configuration.metadata).toHaveProperty(
        "annotations",
        expect.objectContaining({ [annotation]: expect.any(String) }),
      );
      expect(JSON.stringify(objects.filter((object) => object.kind.endsWith("Role")))).not.toContain(
        "validatingwebhookconfigurations",
      );
    },
  );

  test("its own certificate is not mounted; that of others is, and the operator is told so", () => {
    const podOf = (props: Parameters<typeof operator>[0]) => deployment(operator(props)).template.spec;
    const own = podOf({});
    expect(own?.containers[0]?.args).not.toContain("--certificates");
    expect(JSON.stringify(own?.volumes)).not.toContain("certificate");
    const others = podOf({ certificate: { issuedBy: "openshift" } });
    expect(others?.containers[0]?.args?.join(" ")).toContain("--certificates /etc/certificates");
    expect(others?.containers[0]?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(
      expect.arrayContaining(["/etc/certificates/webhook", "/etc/certificates/metrics"]),
    );
    expect(podOf({ webhook: false })?.containers[0]?.args?.join(" ")).toContain("--webhook-address off");
  });

  test("Services find the pods, and their ports exist on the container", () => {
    const objects = operator();
    const spec = deployment(objects);
    const ports = new Set(spec.template.spec?.containers[0]?.ports?.map((port) => port.name));
    for (const service of objects.filter((object) => object.kind === "Service")) {
      const { selector, ports: servicePorts } = service["spec"] as {
        selector: Record<string, string>;
        ports: { targetPort: string }[];
      };
      expect(spec.template.metadata?.labels).toMatchObject(selector);
      for (const port of servicePorts) expect(ports).toContain(port.targetPort);
    }
  });

  test("a patch reaches every field of the Deployment", () => {
    const chart = aChart();
    const made = new NotebookValidatorOperator(chart, "Operator");
    made.deployment.addJsonPatch(JsonPatch.add("/spec/template/spec/fieldOfTheFuture", true));
    expect(only(objectsOf(chart), "Deployment")).toHaveProperty("spec.template.spec.fieldOfTheFuture", true);
  });

  test("names the version of this package", () => {
    const packageJson = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(PACKAGE_VERSION).toBe(packageJson.version);
  });
});
