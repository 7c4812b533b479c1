import { describe, expect, test } from "@jest/globals";
import { classifyObjectEvents, classifyPod } from "../../src/recovery/index.js";
import { aNotebook, LATE } from "./pods.js";

/** Asked by a pod's status, and by a kubelet's event, which tells of no image but in its words. */
function failuresOf(image: string, message: string) {
  const pod = aNotebook({ waiting: { reason: "ErrImagePull", message } });
  const signal = classifyPod({ ...pod, spec: { containers: [{ name: "notebook", image }] } }, LATE);
  if (signal.kind === "none") throw new Error("nothing is wrong with it");
  const event = { reason: "Failed", type: "Warning", message: `Failed to pull image "${image}": ${message}` };
  return [signal.failure, classifyObjectEvents("Pod", [event])];
}

const containerd = (image: string, why: string) =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${why}`;

const NAMES = [
  "quay.io/team/nb:502",
  "quay.io/team/nb:v1-429",
  "quay.io/team/502:429",
  "quay.io/team/500/nb:503-504",
  "quay.io/team/x509:1",
  "quay.io/429",
  "registry.example.org:502/status:503",
  "quay.io/team/toomanyrequests:1",
];

describe("an image's name says nothing about its pull", () => {
  test.each(NAMES)("that is not there: %s", (image) => {
    for (const failure of failuresOf(image, containerd(image, `${image}: not found`))) {
      expect(failure).toMatchObject({ reason: "ErrImagePull", errorType: "permanent", fault: "user" });
      expect(failure?.suggestedAction).toContain("does not have it");
    }
    const [repository, tag] = [image.replace(/:[^:/]*$/, ""), image.replace(/^.*[:/]/, "")];
    for (const failure of failuresOf(image, `reading manifest ${tag} in ${repository}: manifest unknown`)) {
      expect(failure).toMatchObject({ reason: "ErrImagePull", errorType: "permanent", fault: "user" });
    }
  });

  test.each(NAMES)("that is refused: %s", (image) => {
    const why = "pull access denied, repository does not exist or may require authorization: insufficient_scope";
    const url = `unexpected status from HEAD request to https://${image.replace(":", "/manifests/")}: 403 Forbidden`;
    for (const failure of [why, url].flatMap((each) => failuresOf(image, containerd(image, each)))) {
      expect(failure).toMatchObject({ reason: "ErrImagePull", errorType: "permanent", fault: "user" });
      expect(failure?.suggestedAction).toContain("refused the pull");
    }
  });

  test.each([
    "unexpected status from HEAD request to https://quay.io/v2/team/nb/manifests/1: 502 Bad Gateway",
    "pulling from host quay.io failed with status code [manifests 1]: 503 Service Unavailable",
    "received unexpected HTTP status: 504 Gateway Timeout",
    "StatusCode: 502, <html>",
    "error parsing HTTP 429 response body",
    'httpReadSeeker: failed open: {"code":500}',
    "dial tcp 10.0.0.1:443: i/o timeout",
  ])("a registry's own words do, whatever the name is: %s", (why) => {
    for (const failure of NAMES.flatMap((image) => failuresOf(image, containerd(image, why)))) {
      expect(failure).toMatchObject({ reason: "RegistryUnavailable", errorType: "transient", fault: "platform" });
    }
  });
});
