import { readdirSync, readFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { describe, expect, test } from "@jest/globals";
import { policyViolations } from "../../src/constructs/index.js";
import { misfits, type StructuralSchema } from "./structural-schema.js";
import { documents, synthesize } from "./synthesized.js";

const files = synthesize();
const objects = [...files.values()].flatMap(documents);

interface Crd {
  spec: { names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: StructuralSchema } }[] };
}

describe("the synthesized manifests", () => {
  test("are the same bytes each time", () => {
    expect([...synthesize()]).toEqual([...files]);
  });

  test("are those of dist/manifests; `make synth` writes them", () => {
    const committed = readdirSync("dist/manifests").filter((file) => file.endsWith(".yaml"));
    expect(committed.sort()).toEqual([...files.keys()]);
    for (const [file, text] of files)
      expect(readFileSync(`dist/manifests/${file}`, "utf8") === text ? "fresh" : `${file} is stale`).toBe("fresh");
  });

  test("come in the order in which they can be applied", () => {
    expect([...files.keys()]).toEqual([
      "0000-api.k8s.yaml",
      "0001-operator.k8s.yaml",
      "0002-monitoring.k8s.yaml",
      "0003-image-pipeline.k8s.yaml",
    ]);
    expect(objects.map(({ kind }) => kind)).toMatchInlineSnapshot(`
[
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRole",
  "Namespace",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ConfigMap",
  "Deployment",
  "Service",
  "PodDisruptionBudget",
  "NetworkPolicy",
  "NetworkPolicy",
  "Service",
  "ValidatingWebhookConfiguration",
  "ClusterRole",
  "ClusterRoleBinding",
  "ServiceAccount",
  "Secret",
  "ServiceMonitor",
  "PrometheusRule",
  "ConfigMap",
  "Task",
  "Pipeline",
]
`);
  });

  test("have names of their own: no two are the same object", () => {
    const ids = objects.map(({ apiVersion, kind, metadata }) =>
      [apiVersion, kind, (metadata as { namespace?: string }).namespace, metadata?.name].join("/"),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("break no policy", () => {
    expect(
      objects.flatMap((object) =>
        policyViolations(object).map((violation) => ({ name: object.metadata?.name, ...violation })),
      ),
    ).toEqual([]);
  });

  test("name no computer, no time and no path of this one", () => {
    const text = [...files.values()].join("");
    for (const trace of [process.cwd(), `${tmpdir()}/nbv-`, hostname(), "127.0.0.1"])
      expect(text.includes(trace) ? trace : "").toBe("");
  });

  test("fit the foreign APIs' own definitions, without an unknown field", () => {
    const crds = ["tekton", "prometheus-operator"].flatMap((file) =>
      documents(readFileSync(`test/fixtures/crds/${file}.yaml`, "utf8")),
    ) as unknown as Crd[];
    let checked = 0;
    for (const object of objects) {
      const crd = crds.find((candidate) => candidate.spec.names.kind === object.kind);
      if (crd === undefined) continue;
      checked += 1;
      const version = crd.spec.versions.find(({ name }) => object.apiVersion.endsWith(`/${name}`));
      const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object;
      const schema = version?.schema.openAPIV3Schema ?? {};
      expect(misfits({ ...schema, required: ["spec"] }, rest, object.kind)).toEqual([]);
    }
    expect(checked).toBe(4);
  });
});
