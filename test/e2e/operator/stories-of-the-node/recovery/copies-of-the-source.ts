import { rename } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ANNOTATION_RETRY_REQUESTED } from "../../../../../src/api/index.js";
import { cells } from "../../bench.js";
import { aBuildJob, BUILT_MS, BuildBench } from "../../build-bench.js";
import type { NodeWorld } from "../../node-world.js";
import { mustSucceed } from "../../run-command.js";
import type { WorldRepository } from "../../world.js";
import { storyOf } from "./ask-nbv.js";

const POLICY = "nbv-no-fetchers";
/** Its notebook reads what lies beside it, and passes when the door is open. */
const NOTEBOOK = cells("import os\nprint(open('beside.txt').read())", "assert os.environ['OPEN'] == 'yes'");

/** An image that holds the repository does without the container that fetches it. */
export function tellOfCopiesOfTheSource(world: () => NodeWorld): void {
  describe("a run whose image holds its repository", () => {
    let bench: BuildBench;
    let repository: WorldRepository;
    const gone = () => `${repository.directory}.gone`;
    const env = (name: string) => [{ name: "OPEN", valueFrom: { configMapKeyRef: { name: "doors", key: name } } }];
    const doors = (cutOff: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "doors" },
      data: { barred: "yes", "cut-off": cutOff },
    });
    const job = (name: string) =>
      aBuildJob(name, repository, { includeSource: true }, { podConfig: { env: env(name) } });
    const podsOf = async (name: string) =>
      (await bench.pods()).filter(({ metadata }) => metadata.labels?.["mlops.dev/job"] === name);

    beforeAll(async () => {
      bench = await BuildBench.of(world(), "copied");
      repository = await world().git.repository({ "nb.ipynb": NOTEBOOK, "beside.txt": "read from the copy" });
      // The policy is in force after a second or two, long before an image is built.
      await bench.apply(...refusalOfFetchers(bench.namespace, "barred"), doors("no"), job("barred"), job("cut-off"));
    });
    afterAll(async () => {
      const names = ["validatingadmissionpolicy", "validatingadmissionpolicybinding"].map(
        (kind) => `${kind}/${POLICY}`,
      );
      await world().kubectl(["delete", "--ignore-not-found", ...names]);
      await rename(gone(), repository.directory).catch(() => undefined);
    });

    test("runs that copy where a security rule keeps the container out that fetches the commit", async () => {
      const { status } = await bench.end("barred", BUILT_MS);
      const image = status?.buildStatus?.imageDigest ?? "";
      const detail = `commit ${repository.commit.slice(0, 12)} in ${image}`;
      const action = "skip-init-container";
      expect(status).toMatchObject({
        phase: "Succeeded",
        recoveryAttempts: 1,
        retryCount: 0,
        recovery: { sourceFromImage: true, actions: [{ action, reason: "SecurityContextViolation", detail }] },
        attempts: [
          { outcome: expect.stringMatching(/^Passed/), image },
          { reason: "SecurityContextViolation", action, image },
        ],
      });
      expect(status?.message).toContain(
        `Attempted recovery: the copy of the notebook in its image (${detail}). Result: the notebook passed`,
      );
      expect(status?.results?.[0]?.output).toContain("read from the copy");
      const specs = (await podsOf("barred")).map(({ spec }) => spec);
      expect(specs.map((spec) => spec?.initContainers?.map((each) => each.image))).toEqual([[image]]);
      const told = await bench.eventsOf("barred", "Succeeded");
      expect(told.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
        "Warning SecurityContextViolation",
        "Normal Succeeded",
      ]);
      const story = await storyOf(world(), bench.namespace, "barred");
      expect(story).toMatch(/image: +\S+ \(the notebook is its copy\)/);
      expect(story).toMatch(
        /recovery +the copy of the notebook in its image \(.*\), because of SecurityContextViolation/,
      );
    });

    test("runs that copy when it is retried after its repository is gone", async () => {
      expect((await bench.end("cut-off", BUILT_MS)).status).toMatchObject({ phase: "Failed", reason: "NotebookError" });
      await rename(repository.directory, gone());
      await bench.apply(doors("yes"));
      const now = new Date().toISOString();
      await mustSucceed(bench.kubectl(["annotate", "nvj/cut-off", `${ANNOTATION_RETRY_REQUESTED}=${now}`]));
      const isAnswered = ({ lastHandledRetryRequest }: { lastHandledRetryRequest?: string | undefined }) =>
        lastHandledRetryRequest === now;
      await bench.until("cut-off", "its retry", isAnswered);
      const { status } = await bench.end("cut-off");
      expect(status).toMatchObject({
        phase: "Succeeded",
        runCount: 1,
        recoveryAttempts: 1,
        recovery: { actions: [{ action: "skip-init-container", reason: "GitNotFound" }] },
        attempts: [
          { outcome: expect.stringMatching(/^Passed/) },
          { reason: "GitNotFound", stage: "source" },
          { reason: "NotebookError" },
        ],
      });
      expect(status?.results?.[0]?.output).toContain("read from the copy");
    });
  });
}

/**
 * A policy that keeps the operator's own image out of one job's pods, in the words of OpenShift's admission: Pod Security
 * can't tell the containers of a pod of ours apart, since all are as restricted.
 */
function refusalOfFetchers(namespace: string, job: string): object[] {
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
  const metadata = { name: POLICY };
  const apiVersion = "admissionregistration.k8s.io/v1";
  const constraint =
    ".initContainers[0].runAsUser: Invalid value: 65532: must be in the ranges: [1000650000, 1000659999]";
  const validation = {
    expression: "object.spec.initContainers.all(each, each.image == object.spec.containers[0].image)",
    message: `unable to validate against any security context constraint: [provider restricted-v2: ${constraint}]`,
    reason: "Forbidden",
  };
  const matchConstraints = {
    resourceRules: [rule],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    objectSelector: { matchLabels: { "mlops.dev/job": job } },
  };
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: { matchConstraints, validations: [validation] },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: POLICY, validationActions: ["Deny"] },
    },
  ];
}
