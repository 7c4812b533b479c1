import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { classifyApi } from "../../../../../src/recovery/index.js";
import { expectFailure } from "../../../../recovery/recorded/expect-failure.js";
import { REFUSALS, type RefusalName } from "../../../../recovery/recorded/refusals.js";
import type { Bench } from "../../bench.js";
import { aJob } from "../../bench.js";
import { BuildBench } from "../../build-bench.js";
import { eventually } from "../../eventually.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";
import { postRaw, type RawAnswer } from "../../raw-api.js";
import { record } from "./record.js";

const IMAGE = `${REGISTRY}/kernel:3`;
const POLICY = "nbv-no-pods-today";
const WEBHOOK = "nbv-nobody-there";
/** Of namespaces in which each of them acts. */
const LABEL = "nbv-test/refuses";
const MEMORY = { requests: { memory: "16Mi" } };
const HARDENED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

/** A pod that Pod Security `restricted` takes, but for what is said. */
function aPod(spec: object = {}, notebook: object = {}): object {
  const container = { image: IMAGE, securityContext: HARDENED, resources: MEMORY };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "refused" },
    spec: { containers: [{ name: "notebook", ...container, ...notebook }], ...spec },
  };
}

/** Everything that an API server can have against a request. */
export function tellOfRefusedRequests(world: () => NodeWorld): void {
  describe("a request that is refused", () => {
    const places: Record<string, Bench> = {};
    const post = (place: string, object: object, user?: string): Promise<RawAnswer> =>
      postRaw(world().state, `/api/v1/namespaces/${places[place]?.namespace}/pods`, object, user);

    beforeAll(async () => {
      for (const name of ["plain", "quota", "limits", "policy", "webhook", "ending"]) {
        places[name] = await BuildBench.of(world(), `refusing-${name}`);
      }
      places["strict"] = await BuildBench.of(world(), "refusing-strict", "restricted");
      for (const name of ["policy", "webhook"]) {
        await world().kubectl(["label", `namespace/${places[name]?.namespace}`, `${LABEL}=${name}`]);
      }
      await places["quota"]?.apply({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "small" },
        spec: { hard: { "requests.memory": "1Gi" } },
      });
      await places["limits"]?.apply({
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "small" },
        spec: { limits: [{ type: "Pod", max: { cpu: "1" } }] },
      });
      await places["plain"]?.apply({ ...aPod(), metadata: { name: "taken" } }, policy(), policyBinding(), webhook());
      const kept = { name: "kept", finalizers: ["example.com/never"] };
      await places["ending"]?.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: kept });
      await world().kubectl(["delete", `namespace/${places["ending"]?.namespace}`, "--wait=false"]);
    }, 60_000);

    afterAll(async () => {
      const release = [
        "patch",
        "configmap/kept",
        "--type=json",
        '--patch=[{"op":"remove","path":"/metadata/finalizers"}]',
      ];
      await places["ending"]?.kubectl(release);
      const names = ["validatingadmissionpolicy", "validatingadmissionpolicybinding"].map(
        (kind) => `${kind}/${POLICY}`,
      );
      await world().kubectl(["delete", "--ignore-not-found", ...names, `validatingwebhookconfiguration/${WEBHOOK}`]);
    });

    const requests: Record<RefusalName, () => Promise<RawAnswer>> = {
      "quota-exceeded": () => post("quota", aPod({}, { resources: { requests: { memory: "2Gi" } } })),
      "quota-wants-requests": () => post("quota", aPod({}, { resources: {} })),
      "limit-range": () => post("limits", aPod({}, { resources: { limits: { cpu: "2" } } })),
      "pod-security": () => post("strict", aPod({}, { securityContext: { runAsUser: 0 } })),
      "pod-security-of-the-source": () =>
        post("strict", aPod({ initContainers: [{ name: "source", image: IMAGE, resources: MEMORY }] })),
      "service-account-missing": () => post("plain", aPod({ serviceAccountName: "nobody" })),
      "priority-class-missing": () => post("plain", aPod({ priorityClassName: "nowhere" })),
      "runtime-class-missing": () => post("plain", aPod({ runtimeClassName: "nowhere" })),
      "role-missing": () => post("plain", aPod(), "system:serviceaccount:team:nobody"),
      "namespace-ending": () => post("ending", aPod()),
      "policy-denies": () => post("policy", aPod()),
      "webhook-denies": () =>
        postRaw(
          world().state,
          `/apis/mlops.mlops.dev/v1alpha1/namespaces/${places["plain"]?.namespace}/notebookvalidationjobs`,
          aJob("refused", {
            notebook: { git: { url: "https://example.com/team/notebooks.git", ref: "main" }, path: "nb.ipynb" },
            // Only the webhook can judge a regular expression of RE2.
            validationConfig: { expectedLogs: [{ pattern: "(" }] },
          }),
        ),
      "webhook-down": () => post("webhook", aPod()),
      "pod-invalid": () => post("plain", aPod({}, { image: "", name: "UPPER" })),
      "pod-there-already": () => post("plain", { ...aPod(), metadata: { name: "taken" } }),
    };

    test.each(Object.keys(REFUSALS) as RefusalName[])("is taken for what it is: %s", async (name) => {
      // Quotas, limits and policies are known to an API server a moment after they were made.
      const answer = await eventually("a refusal", 30_000, async () => {
        const { code, body } = await requests[name]();
        if (code < 400)
          await world().kubectl(["delete", "pods", "-A", "--field-selector=metadata.name=refused", "--grace-period=0"]);
        return code < 400 ? undefined : body;
      });
      expect(answer).toMatchObject({ kind: "Status", status: "Failure" });
      await record(`refusals/${name}`, answer);
      expectFailure(classifyApi(answer), REFUSALS[name]);
    });
  });
}

function policy(): object {
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: POLICY },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: "false", message: "no pods today", reason: "Forbidden" }],
    },
  };
}

function policyBinding(): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: POLICY },
    spec: {
      policyName: POLICY,
      validationActions: ["Deny"],
      matchResources: { namespaceSelector: { matchLabels: { [LABEL]: "policy" } } },
    },
  };
}

function webhook(): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: WEBHOOK },
    webhooks: [
      {
        name: "nobody.example.com",
        clientConfig: { url: "https://127.0.0.1:1/" },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        namespaceSelector: { matchLabels: { [LABEL]: "webhook" } },
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        timeoutSeconds: 2,
      },
    ],
  };
}
