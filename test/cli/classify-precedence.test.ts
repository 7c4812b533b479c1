import { describe, expect, test } from "@jest/globals";
import { classificationValue } from "../../src/cli/classification.js";
import { classifyInput } from "../../src/cli/classify-input.js";
import { classifyObjects } from "../../src/cli/classify-objects.js";
import { type Answer, classified, LATE } from "./classified.js";

describe("where several signals are there, the more telling one counts", () => {
  test.each<[string, Partial<Answer>]>([
    // The node's eviction, not the exit code that it caused.
    ["pods/evicted-for-memory.yaml", { reason: "Evicted", budget: "platform" }],
    ["pods/evicted-for-disk.yaml", { reason: "Evicted", budget: "platform" }],
    ["pods/storage-limit.yaml", { reason: "EphemeralStorageExceeded", budget: "job" }],
    ["pods/preempted.yaml", { reason: "Preempted", budget: "platform" }],
    // The deletion, not the exit code.
    ["pods/deleted.yaml", { reason: "PodDeleted", budget: "platform" }],
    // The cause, not the kubelet's summary of it.
    ["events/secret-missing-for-volume.json", { missing: { kind: "Secret", name: "database" } }],
    ["events/image-unauthorized.json", { reason: "ErrImagePull", missing: { kind: "Secret", name: "registry" } }],
    // The last end, not the loop.
    ["pods/crash-loop-out-of-memory.yaml", { reason: "OOMKilled" }],
    // The platform before the name: the digest would be found.
    ["pods/image-wrong-architecture.yaml", { suggestedAction: expect.stringContaining("architecture") }],
    // The step's kill, not that its run failed.
    ["builds/tekton-run-with-its-task.yaml", { reason: "BuildOutOfMemory" }],
    // What became of it, not what pip tried before.
    ["logs/pip-hash-mismatch.log", { reason: "DependencyHashMismatch" }],
    ["logs/pip-index-away.log", { reason: "BuildNetwork" }],
    // The runner's verdict, not what the notebook printed.
    ["logs/runner-verdict.log", { reason: "ModuleMissing" }],
    ["pods/module-missing.yaml", { suggestedAction: expect.stringContaining("scikit-learn") }],
    // The cell, not the network that it asked.
    ["logs/nbclient-no-connection.log", { reason: "NotebookError" }],
    // Tekton's own trouble with its pod, while its run has not failed.
    ["recorded/builds/quota-exceeded.json", { reason: "QuotaExceeded", settled: false }],
    // A webhook that can't be asked is no refusal.
    ["refusals/webhook-away.json", { reason: "ApiTransient" }],
    // A quota that misses a limit is the spec's matter, one that is used up is not.
    ["refusals/must-specify-limits.json", { reason: "InvalidSpec" }],
    ["refusals/quota.json", { reason: "QuotaExceeded" }],
    // The container that is named, which nothing of ours could leave out; and nobody waits for it.
    ["events/pod-security-of-a-controller.json", { container: "app", action: "none", settled: true }],
    // What the registry said, not the words that look like a password's value.
    [
      "logs/registry-wrong-password.log",
      { message: expect.stringContaining("invalid username/password: unauthorized") as unknown as string },
    ],
    // What the namespace lacks, which no check of a manifest can know.
    ["refusals/service-account-missing.json", { suggestedAction: expect.stringMatching(/^Create what/) }],
    // The package, not that something went wrong.
    [
      "logs/pip-no-wheel.log",
      { message: expect.stringMatching(/package psycopg2 .*: Error: pg_config executable/) as unknown as string },
    ],
    [
      "logs/pip-no-metadata.log",
      { message: expect.stringMatching(/package mysqlclient .*: Exception: Can not find/) as unknown as string },
    ],
    // What it says, where that is all that has to be known.
    ["logs/disk-full.log", { message: expect.stringMatching(/^OSError: .*No space left/) as unknown as string }],
    [
      "logs/pip-installed.log",
      { message: expect.stringMatching(/^No error is in this log; .*Successfully installed/) as unknown as string },
    ],
    ["logs/python-memory.log", { suggestedAction: expect.stringContaining("limits.memory") }],
    ["logs/other-architecture.log", { suggestedAction: expect.stringContaining("architecture") }],
  ])("%s", (file, expected) => {
    expect(classified(file)).toMatchObject(expected);
  });

  test("pods that fail beside each other are told one by one", () => {
    const { subject, others } = classified("events/two-pods.json");
    expect(subject).toEqual({ kind: "Pod", namespace: "team-a", name: "a" });
    expect(others).toMatchObject([{ subject: { name: "b" }, reason: "ConfigMapMissing", container: "notebook" }]);
  });

  test("a pod is explained by the events about it, whose status says nothing", () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", namespace: "team-a", creationTimestamp: "2026-11-21T10:00:00Z" },
      spec: { containers: [{ name: "notebook" }] },
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "True" }] },
    };
    const event = (message: string, name: string) => ({
      apiVersion: "v1",
      kind: "Event",
      involvedObject: { kind: "Pod", name, namespace: "team-a" },
      reason: "FailedMount",
      message: `MountVolume.SetUp failed for volume "v" : ${message}`,
    });
    const list = {
      kind: "List",
      apiVersion: "v1",
      items: [event('secret "x" not found', "b"), pod, event('configmap "y" not found', "a")],
    };
    const input = classifyInput(JSON.stringify(list), "list.json");
    if (input.kind !== "objects") throw new Error("these are objects");
    expect(classificationValue(classifyObjects(input.objects, LATE))).toMatchObject({
      subject: { name: "a" },
      missing: { kind: "ConfigMap", name: "y" },
      others: [{ subject: { name: "b" }, missing: { kind: "Secret", name: "x" } }],
    });
  });
});
