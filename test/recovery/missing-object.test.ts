import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Pod } from "kubernetes-types/core/v1.js";
import { classifyPod, type MissingObject, type PodEvent } from "../../src/recovery/index.js";
import { missingObjectIn } from "../../src/recovery/missing-object.js";
import { aCondition, aNotebook, aPod, aSource, SOON } from "./pods.js";

test.each<[string, MissingObject | undefined]>([
  ['secret "db" not found', { kind: "Secret", name: "db" }],
  ['configmap "settings.v2" not found', { kind: "ConfigMap", name: "settings.v2" }],
  ["couldn't find key token in Secret team-a/db", { kind: "Secret", name: "db", key: "token" }],
  ["couldn't find key .env in ConfigMap team-a/db", { kind: "ConfigMap", name: "db", key: ".env" }],
  [
    "couldn't find key .dockerconfigjson in Secret team-a/registry",
    { kind: "Secret", name: "registry", key: ".dockerconfigjson" },
  ],
  ["couldn't find key _netrc in Secret team-a/db", { kind: "Secret", name: "db", key: "_netrc" }],
  ["couldn't find key $(x) in Secret team-a/db", undefined],
  ["couldn't find key log.level in ConfigMap team-a/app", { kind: "ConfigMap", name: "app", key: "log.level" }],
  [
    '0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/3 nodes are available',
    { kind: "PersistentVolumeClaim", name: "data" },
  ],
  [
    'error processing PVC team-a/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found',
    { kind: "PersistentVolumeClaim", name: "data" },
  ],
  [
    'MountVolume.SetUp failed for volume "all" : [secret "db" not found, configmap "app" not found]',
    { kind: "Secret", name: "db" },
  ],
  ["pod has unbound immediate PersistentVolumeClaims", undefined],
  ['serviceaccount "trainer" not found', undefined],
  ['node "a" not found', undefined],
  ["", undefined],
])("%j names %j", (message, missing) => {
  expect(missingObjectIn(message)).toEqual(missing);
});

test("no message is too odd or too long", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (message) => void missingObjectIn(message)));
  const before = process.cpuUsage();
  for (const part of ['secret "', "couldn't find key ", "couldn't find key a in Secret a/"]) {
    missingObjectIn(part.repeat(20_000));
    missingObjectIn(part + "a".repeat(200_000));
  }
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
});

describe("a pod tells what it waits for", () => {
  const missingIn = (pod: Pod, events: readonly PodEvent[] = []) => {
    const signal = classifyPod(pod, SOON, { events });
    return signal.kind === "none" ? undefined : signal.failure.missing;
  };
  const starting = (volumes: NonNullable<Pod["spec"]>["volumes"] = []): Pod => {
    const pod = aSource({ waiting: { reason: "PodInitializing" } });
    return { ...pod, spec: { containers: [], ...pod.spec, volumes } };
  };
  const mount = (why: string): PodEvent => ({
    reason: "FailedMount",
    message: `MountVolume.SetUp failed for volume "creds" : ${why}`,
  });

  test("that a variable needs", () => {
    const waiting = { reason: "CreateContainerConfigError", message: 'secret "db" not found' };
    expect(missingIn(aNotebook({ waiting }))).toEqual({ kind: "Secret", name: "db" });
  });

  test("that its place on a node needs", () => {
    const message = '0/1 nodes are available: persistentvolumeclaim "data" not found.';
    const conditions = [aCondition("PodScheduled", "False", { reason: "Unschedulable", message })];
    expect(missingIn(aPod({ phase: "Pending", conditions }))).toEqual({ kind: "PersistentVolumeClaim", name: "data" });
  });

  test("that a mount needs", () => {
    expect(missingIn(starting(), [mount('configmap "app" not found')])).toEqual({ kind: "ConfigMap", name: "app" });
  });

  test.each<[string, NonNullable<NonNullable<Pod["spec"]>["volumes"]>[number], string, MissingObject]>([
    [
      "a Secret",
      { name: "creds", secret: { secretName: "db", items: [{ key: "token", path: "token" }] } },
      "references non-existent secret key: token",
      { kind: "Secret", name: "db", key: "token" },
    ],
    [
      "a ConfigMap",
      { name: "creds", configMap: { name: "app", items: [{ key: "level", path: "level" }] } },
      "references non-existent config key: level",
      { kind: "ConfigMap", name: "app", key: "level" },
    ],
    [
      "a projection",
      {
        name: "creds",
        projected: {
          sources: [
            { secret: { name: "other", items: [{ key: "user", path: "user" }] } },
            { secret: { name: "db", items: [{ key: "token", path: "token" }] } },
          ],
        },
      },
      "references non-existent secret key: token",
      { kind: "Secret", name: "db", key: "token" },
    ],
  ])("whose key %s lacks, by the volume that the kubelet names", (_what, volume, why, missing) => {
    expect(missingIn(starting([volume]), [mount(why)])).toEqual(missing);
    expect(missingIn(starting(), [mount(why)])).toBeUndefined();
  });

  test("of a pull, nothing is missing that could be asked for", () => {
    const message = 'failed to pull: secret "registry" not found';
    expect(missingIn(aNotebook({ waiting: { reason: "ErrImagePull", message } }))).toBeUndefined();
  });
});
