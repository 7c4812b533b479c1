import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Chart, Testing } from "cdk8s";
import {
  policyViolations,
  ValidatedNotebook,
  type ValidatedNotebookProps,
  validatedImage,
} from "../../src/constructs/index.js";
import { errorOf } from "../api/error-of.js";
import { misfits, type StructuralSchema } from "../charts/structural-schema.js";
import { documents } from "../charts/synthesized.js";
import { objectsOf, only } from "./synthesize.js";

const IMAGE = `registry.example.org/fraud/tier-1@sha256:${"a1".repeat(32)}`;

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly { name: string; value: string }[];
  readonly resources: unknown;
  readonly volumeMounts?: unknown;
}

function workbench(props: Partial<ValidatedNotebookProps> = {}, namespace: string | undefined = "fraud") {
  const chart = new Chart(Testing.app(), "team", namespace === undefined ? {} : { namespace });
  new ValidatedNotebook(chart, "Explore", { metadata: { name: "explore" }, image: IMAGE, ...props });
  const object = only(objectsOf(chart), "Notebook");
  const pod = (object["spec"] as { template: { spec: { containers: Container[]; volumes?: unknown } } }).template.spec;
  const [container] = pod.containers;
  if (container === undefined) throw new Error("no container");
  return { object, pod, container };
}

describe("ValidatedNotebook", () => {
  test("the workbench runs exactly the digest, in a container that its controller knows by name", () => {
    const { object, container } = workbench();
    expect(object).toMatchObject({ apiVersion: "kubeflow.org/v1", metadata: { name: "explore", namespace: "fraud" } });
    expect(container).toMatchObject({ name: "explore", image: IMAGE, imagePullPolicy: "IfNotPresent" });
  });

  test("it keeps our policy: labels, a pinned image, Pod Security restricted, no user id of its own", () => {
    const { object, pod } = workbench({ home: { claimName: "home" } });
    expect(policyViolations(object)).toEqual([]);
    expect(JSON.stringify(pod)).not.toContain("runAsUser");
  });

  test("it fits the published definition, without an unknown field", () => {
    const [crd] = documents(readFileSync("test/fixtures/crds/kubeflow-notebooks.yaml", "utf8")) as unknown as {
      spec: { versions: { name: string; schema: { openAPIV3Schema: StructuralSchema } }[] };
    }[];
    const schema = crd?.spec.versions.find(({ name }) => name === "v1")?.schema.openAPIV3Schema;
    const { object } = workbench({
      home: { claimName: "home" },
      resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } },
      imagePullSecrets: ["pull"],
      tolerations: [{ key: "gpu", operator: "Exists", tolerationSeconds: 30 }],
      env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
    });
    expect(misfits({ ...schema, required: ["spec"] }, { spec: object["spec"] }, "Notebook")).toEqual([]);
  });

  test.each([
    ["a tag", "registry.example.org/fraud/tier-1:v1"],
    ["no tag", "registry.example.org/fraud/tier-1"],
    ["half a digest", `registry.example.org/fraud/tier-1@sha256:${"a1".repeat(31)}`],
    ["nothing", ""],
  ])("%s is no validated image, and the mistake says what is", (_, image) => {
    const error = errorOf(() => workbench({ image }));
    expect(error.what).toContain("team/Explore");
    expect(error.where).toEqual(["team/Explore: image"]);
    expect(error.fix).toContain("recommendedImage");
  });

  test("the server answers under the path that the platform sends people to, and asks for no second password", () => {
    const [variable] = workbench().container.env;
    expect(variable?.name).toBe("NOTEBOOK_ARGS");
    expect(variable?.value).toContain("--ServerApp.base_url=/notebook/fraud/explore");
    expect(variable?.value).toContain("--ServerApp.token=''");
  });

  test("without a namespace that path is not known: a mistake, not a workbench that answers nowhere", () => {
    expect(errorOf(() => workbench({}, "")).fix ?? "").toContain("namespace");
    expect(workbench({ metadata: { name: "explore", namespace: "risk" } }, "").container.env[0]?.value).toContain(
      "/notebook/risk/explore",
    );
  });

  test("a name that its controller could not use is refused", () => {
    expect(errorOf(() => workbench({ metadata: { name: "w".repeat(53) } })).fix).toContain("at most 52");
    const chart = new Chart(Testing.app(), "a-chart-with-a-very-long-name-for-a-chart", { namespace: "fraud" });
    const { name } = new ValidatedNotebook(chart, "AWorkbenchWithALongNameToo", { image: IMAGE }).notebook;
    expect(name.length).toBeLessThanOrEqual(52);
  });

  test("OpenShift AI lists it on its dashboard and puts its proxy before it; labels of the user win", () => {
    const { object } = workbench({
      platform: "openshift-ai",
      metadata: { name: "explore", annotations: { "notebooks.opendatahub.io/inject-auth": "false" } },
    });
    expect(object.metadata).toMatchObject({
      labels: { "opendatahub.io/dashboard": "true", app: "explore" },
      annotations: { "notebooks.opendatahub.io/inject-auth": "false" },
    });
  });

  test("a home keeps people's files, where the platform's images have it or where it is said", () => {
    const home = { claimName: "explore-home" };
    expect(workbench({ home }).container.volumeMounts).toEqual([{ name: "home", mountPath: "/home/jovyan" }]);
    expect(workbench({ home, platform: "openshift-ai" }).container.volumeMounts).toEqual([
      { name: "home", mountPath: "/opt/app-root/src" },
    ]);
    const { pod, container } = workbench({ home: { ...home, mountPath: "/work" } });
    expect(container.volumeMounts).toEqual([{ name: "home", mountPath: "/work" }]);
    expect(pod.volumes).toEqual([{ name: "home", persistentVolumeClaim: { claimName: "explore-home" } }]);
  });

  test("size, place and credentials reach the pod", () => {
    const { pod, container } = workbench({
      resources: { requests: { cpu: "1" }, limits: { "nvidia.com/gpu": "1" } },
      imagePullSecrets: ["pull"],
      serviceAccountName: "explorer",
      nodeSelector: { pool: "gpu" },
      tolerations: [{ key: "gpu", operator: "Exists" }],
      env: [{ name: "DATA_LAYER", value: "staging" }],
    });
    expect(container.resources).toEqual({ requests: { cpu: "1" }, limits: { "nvidia.com/gpu": "1" } });
    expect(container.env.at(-1)).toEqual({ name: "DATA_LAYER", value: "staging" });
    expect(pod).toMatchObject({
      imagePullSecrets: [{ name: "pull" }],
      serviceAccountName: "explorer",
      nodeSelector: { pool: "gpu" },
      tolerations: [{ key: "gpu", operator: "Exists" }],
    });
  });
});

describe("validatedImage", () => {
  const job = (status: object, generation = 3) => ({
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name: "train", generation },
    spec: {},
    status: { observedGeneration: 3, ...status },
  });
  const buildStatus = { phase: "Complete", imageDigest: IMAGE, recommendedImage: IMAGE };

  test.each(["Passed", "PassedWithWarnings"])("is the image that the job recommends once it has %s", (verdict) => {
    expect(validatedImage(job({ verdict, buildStatus }))).toBe(IMAGE);
  });

  test.each([
    ["failed", job({ verdict: "Failed", message: "Cell 3 raised ValueError", buildStatus }), /not passed: Failed/],
    ["runs", job({ phase: "ValidationRunning", buildStatus }), /no verdict yet/],
    ["was changed since", job({ verdict: "Passed", buildStatus }, 4), /changed after its verdict/],
    [
      "ran on a pre-built image",
      job({ verdict: "PassedWithWarnings", buildStatus: { phase: "Failed" } }),
      /not on an image of its own/,
    ],
    [
      "recommends a tag",
      job({ verdict: "Passed", buildStatus: { recommendedImage: "r.org/a:v1" } }),
      /not on an image/,
    ],
    ["has no status", { kind: "NotebookValidationJob", metadata: { name: "train" } }, /no verdict yet/],
    ["is something else", { kind: "Pod" }, /no NotebookValidationJob/],
    ["is nothing", undefined, /no NotebookValidationJob/],
  ])("there is none of a job that %s", (_, object, expected) => {
    expect(errorOf(() => validatedImage(object)).what).toMatch(expected);
  });

  test("tells to wait for what may still come, and to mend what will not", () => {
    expect(errorOf(() => validatedImage(job({ phase: "ValidationRunning" }))).fix).toMatch(/^wait for a pass/);
    expect(errorOf(() => validatedImage(job({ verdict: "Failed" }))).fix).toMatch(/^mend what `nbv status NAME` tells/);
  });
});
