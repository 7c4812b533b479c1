import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PodTemplateSpec } from "kubernetes-types/core/v1.js";
import { stringify } from "yaml";
import { PERMISSIONS } from "../../src/api/index.js";
import type { PolicyObject } from "../../src/constructs/index.js";
import { type ControlPlane, findControlPlane, NO_CONTROL_PLANE, startControlPlane } from "../cluster/control-plane.js";
import { documents, synthesize } from "./synthesized.js";

const assets = findControlPlane();
if (assets === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);

const namespace = "notebook-validator-system";
const account = `system:serviceaccount:${namespace}:notebook-validator-operator`;
const files = [...synthesize()];
const objects = files.flatMap(([, text]) => documents(text));

let cluster: ControlPlane;

function kubectl(args: readonly string[], input = "") {
  const result = spawnSync(join(assets ?? "", "kubectl"), [`--kubeconfig=${cluster.kubeconfig}`, ...args], {
    input,
    encoding: "utf8",
    timeout: 30_000,
  });
  return { ok: result.status === 0, out: result.stdout, problems: result.stderr };
}

const only = (kind: string) => objects.find((object) => object.kind === kind) as PolicyObject;
const strictly = ["apply", "--server-side", "--validate=strict", "--filename=-"];
const said = (result: { ok: boolean; problems: string }) => ({
  ok: result.ok,
  problems: result.ok ? "" : result.problems,
});

(assets === undefined ? describe.skip : describe)("the manifests on a real API server", () => {
  beforeAll(async () => {
    cluster = await startControlPlane();
    const crds = ["tekton", "prometheus-operator"].map((file) =>
      readFileSync(`test/fixtures/crds/${file}.yaml`, "utf8"),
    );
    expect(said(kubectl(["apply", "--server-side", "--filename=-"], crds.join("---\n")))).toEqual({
      ok: true,
      problems: "",
    });
    expect(said(kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]))).toMatchObject({
      ok: true,
    });
  }, 90_000);

  afterAll(() => cluster?.stop(), 30_000);

  for (const [file, text] of files) {
    test(`${file} is accepted without an unknown field or a warning`, () => {
      expect(kubectl(strictly, text)).toMatchObject({ ok: true, problems: "" });
      if (file.startsWith("0000")) {
        expect(said(kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]))).toMatchObject({
          ok: true,
        });
      }
    }, 60_000);
  }

  test("applying everything once more changes nothing", () => {
    const versions = () =>
      kubectl([
        "get",
        "deployment,service,role,clusterrole,networkpolicy,task,pipeline,servicemonitor,prometheusrule",
        "-A",
        "-o",
        "jsonpath={.items[*].metadata.resourceVersion}",
      ]).out;
    const before = versions();
    for (const [, text] of files) expect(said(kubectl(strictly, text))).toMatchObject({ ok: true });
    expect(versions()).toBe(before);
  }, 60_000);

  describe("Pod Security restricted, enforced in the operator's namespace,", () => {
    const template = (only("Deployment")["spec"] as { template: PodTemplateSpec }).template;
    const pod = (spec: object) =>
      stringify({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "probe", namespace },
        spec: { ...template.spec, ...spec },
      });

    test("admits the operator's pod", () => {
      expect(kubectl(["create", "--dry-run=server", "--validate=strict", "--filename=-"], pod({}))).toMatchObject({
        ok: true,
        problems: "",
      });
    });

    test("refuses the same pod on the host's network", () => {
      const result = kubectl(["create", "--dry-run=server", "--filename=-"], pod({ hostNetwork: true }));
      expect(result.ok).toBe(false);
      expect(result.problems).toContain('violates PodSecurity "restricted');
    });
  });

  test("the operator's account may do everything that is declared", () => {
    const asked = PERMISSIONS.flatMap(({ group, resources, verbs, names, where }) =>
      resources.flatMap((each) => {
        const [resource, subresource] = each.split("/");
        const ofAll = { group, resource, namespace: where === "own" ? namespace : "default" };
        const named = { ...(subresource && { subresource }), ...(names && { name: names[0] }) };
        return verbs.map((verb) => ({ verb, ...ofAll, ...named }));
      }),
    );
    // Not `kubectl auth can-i`: it forgets the group of kinds that the server does not serve, as here those of builders.
    const reviews = asked.map((resourceAttributes) =>
      stringify({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user: account, resourceAttributes },
      }),
    );
    const { out } = kubectl(
      ["create", "--filename=-", '--output=jsonpath={.status.allowed}{"\\n"}'],
      reviews.join("---\n"),
    );
    const answers = out.trim().split("\n");
    expect(answers).toHaveLength(asked.length);
    const denied = asked.filter((_, index) => answers[index] !== "true");
    expect(denied).toEqual([]);
  }, 120_000);

  test.each([
    ["list", "secrets"],
    ["watch", "secrets"],
    ["create", "pods --subresource=exec"],
    ["update", "notebookvalidationjobs.mlops.mlops.dev"],
    ["create", "clusterrolebindings.rbac.authorization.k8s.io"],
    ["get", "nodes"],
    ["patch", "validatingwebhookconfigurations.admissionregistration.k8s.io/another"],
  ])("the operator's account may not %s %s", (verb, resource) => {
    expect(
      kubectl(["auth", "can-i", verb, ...resource.split(" "), `--as=${account}`, "--namespace=default"]).out.trim(),
    ).toBe("no");
  });

  test("a webhook that nobody serves holds no job up", () => {
    const job = {
      apiVersion: "mlops.mlops.dev/v1alpha1",
      kind: "NotebookValidationJob",
      metadata: { name: "train", namespace: "default" },
      spec: { notebook: { git: { url: "https://git.example.org/a.git", ref: "main" }, path: "train.ipynb" } },
    };
    const started = performance.now();
    expect(said(kubectl(["create", "--validate=strict", "--filename=-"], stringify(job)))).toMatchObject({ ok: true });
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(said(kubectl(["label", "nvj", "train", "team=fraud"]))).toMatchObject({ ok: true });
    expect(said(kubectl(["delete", "nvj", "train", "--wait=false"]))).toMatchObject({ ok: true });
  }, 30_000);
});
