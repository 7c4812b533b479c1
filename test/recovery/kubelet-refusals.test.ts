import { expect, test } from "@jest/globals";
import { classifyObjectEvents } from "../../src/recovery/index.js";
import { anEndedPod, failureIn } from "./pods.js";

test.each([
  ["TopologyAffinityError", "Resources cannot be allocated with Topology locality"],
  ["SMTAlignmentError", "SMT Alignment Error: requested 3 cpus not multiple cpus per core = 2"],
  ["TaintToleration", "Pod was rejected: node had taint {dedicated: gpu}"],
  ["NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed"],
  ["NodeName", "Pod was rejected: Predicate NodeName failed"],
  ["InvalidNodeInfo", "Pod was rejected: kubelet cannot get node info"],
  ["VolumeAttachmentLimitExceeded", "Pod was rejected: too many volumes"],
])("what a kubelet refuses is the platform's, and costs the job nothing: %s", (reason, message) => {
  const expected = { reason: "NodeRefused", errorType: "transient", fault: "platform", budget: "platform" };
  expect(failureIn(anEndedPod(reason, message))).toMatchObject(expected);
  expect(classifyObjectEvents("Pod", [{ reason, type: "Warning", message }])).toMatchObject(expected);
});
