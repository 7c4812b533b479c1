import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { KubeError } from "../../src/kube/kube-error.js";
import { classifyApi } from "../../src/recovery/index.js";

const nodeError = (code: string, message: string) => Object.assign(new Error(message), { code });

test.each<[string, unknown, string, string]>([
  [
    "a quota",
    new KubeError({
      reason: "Forbidden",
      message: 'pods "x" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=4, limited: cpu=4',
    }),
    "QuotaExceeded",
    "transient",
  ],
  [
    "Pod Security",
    new KubeError({ reason: "Forbidden", message: 'violates PodSecurity "restricted:latest": runAsNonRoot != true' }),
    "SecurityContextViolation",
    "permanent",
  ],
  [
    "an SCC",
    new KubeError({ reason: "Forbidden", message: "unable to validate against any security context constraint: []" }),
    "SecurityContextViolation",
    "permanent",
  ],
  [
    "a webhook that says no",
    new KubeError({
      reason: "BadRequest",
      message: 'admission webhook "policy.example.com" denied the request: no owner label',
    }),
    "ApiForbidden",
    "permanent",
  ],
  [
    "a webhook that is away",
    new KubeError({
      reason: "InternalError",
      message: 'failed calling webhook "policy.example.com": connection refused',
    }),
    "ApiTransient",
    "transient",
  ],
  [
    "a ServiceAccount that is not there",
    new KubeError({
      reason: "Forbidden",
      message:
        'pods "x" is forbidden: error looking up service account team-a/trainer: serviceaccount "trainer" not found',
    }),
    "InvalidSpec",
    "permanent",
  ],
  [
    "a LimitRange",
    new KubeError({
      reason: "Forbidden",
      message: 'pods "x" is forbidden: maximum memory usage per Container is 4Gi, but limit is 8Gi',
    }),
    "InvalidSpec",
    "permanent",
  ],
  [
    "a missing role",
    new KubeError({ reason: "Forbidden", message: 'pods is forbidden: User "x" cannot create resource "pods"' }),
    "ApiForbidden",
    "permanent",
  ],
  [
    "an invalid object",
    new KubeError({ reason: "Invalid", message: "spec.containers[0].resources.requests: Invalid value" }),
    "InvalidSpec",
    "permanent",
  ],
  [
    "too many requests",
    new KubeError({ reason: "TooManyRequests", message: "slow down", retryAfterMs: 1000 }),
    "ApiTransient",
    "transient",
  ],
  [
    "a busy server",
    new KubeError({ reason: "ServiceUnavailable", message: "apiserver is shutting down" }),
    "ApiTransient",
    "transient",
  ],
  ["a timeout", new KubeError({ reason: "ServerTimeout", message: "timed out" }), "ApiTransient", "transient"],
  [
    "no connection",
    new KubeError({ reason: "ConnectionFailed", message: "socket hang up" }),
    "ApiTransient",
    "transient",
  ],
  [
    "a conflict",
    new KubeError({ reason: "Conflict", message: "the object has been modified" }),
    "ApiTransient",
    "transient",
  ],
  ["a bare status", { code: 503 }, "ApiTransient", "transient"],
  ["an error of Node", nodeError("ECONNRESET", "read ECONNRESET"), "ApiTransient", "transient"],
  ["words of etcd", new Error("etcdserver: leader changed"), "ApiTransient", "transient"],
  ["plain words that help", new Error("permission denied"), "Unknown", "permanent"],
  ["plain words that don't", new Error("boom"), "Unknown", "unknown"],
  ["something thrown that is no error", "boom", "Unknown", "unknown"],
  ["nothing", undefined, "Unknown", "unknown"],
])("%s", (_, error, reason, errorType) => {
  expect(classifyApi(error)).toMatchObject({ reason, errorType });
});

test.each([
  ["a name", 'Pod "quota-exceeded-demo-1" is invalid: spec.containers[0].image: Invalid value: "": required'],
  ["a value", 'Pod "x" is invalid: spec.nodeSelector: Invalid value: "exceeded quota": a valid label must be empty'],
  [
    "a value with quotation marks",
    'Pod "x" is invalid: spec.tolerations[0].key: Invalid value: "violates PodSecurity \\"a\\" exceeded quota": odd',
  ],
  ["a value without any", "Pod x is invalid: spec.hostname: Unsupported value: exceeded quota: violates PodSecurity"],
])("%s that an invalid object repeats decides nothing", (_what, message) => {
  expect(classifyApi(new KubeError({ reason: "Invalid", message }))).toMatchObject({ reason: "InvalidSpec" });
});

test("nor does a name in what was forbidden", () => {
  const message = 'pods "quota-exceeded-demo-1" is forbidden: User "bob" cannot delete resource "pods"';
  expect(classifyApi(new KubeError({ reason: "Forbidden", message }))).toMatchObject({ reason: "ApiForbidden" });
  const quota = 'pods "demo" is forbidden: exceeded quota: "compute", requested: cpu=1';
  expect(classifyApi({ message: quota })).toMatchObject({ reason: "QuotaExceeded" });
});

test("trouble of the API server costs the job nothing; a refusal is the job's matter", () => {
  expect(classifyApi(new KubeError({ reason: "TooManyRequests", message: "" })).budget).toBe("platform");
  expect(classifyApi(new KubeError({ reason: "Invalid", message: "" })).budget).toBe("job");
});

test("whatever is thrown is classified", () => {
  fc.assert(fc.property(fc.anything(), (thrown) => typeof classifyApi(thrown).reason === "string"));
});
