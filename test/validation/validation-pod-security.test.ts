import { describe, expect, test } from "@jest/globals";
import {
  type PodSettings,
  RunnerConfig,
  recipientOf,
  runnerConfigIn,
  secretVariables,
  type ValidationPodRequest,
} from "../../src/validation/index.js";
import { config, fetcher, mountPaths, notebook, podOf, variablesOf, withPod } from "./a-validation-pod.js";

describe("secrets", () => {
  test("none is in the pod: it says for whom the attempt's key is to be sealed, and the public configuration", () => {
    expect(recipientOf(podOf())).toBe("B6N8vBQgk8i3VdwbEOhstCa3StFqqFPtC9_AsrhtHHw");
    expect(RunnerConfig.parse(JSON.parse(runnerConfigIn(variablesOf(fetcher(podOf()))) ?? ""))).toEqual(config);
    expect(podOf({ source: { kind: "tree", path: "/x" } }).spec?.volumes?.some(({ secret }) => secret)).toBe(false);
  });

  test("the notebook's container sees neither Git credentials nor what Git left in /tmp", () => {
    const names = notebook(podOf()).volumeMounts?.map(({ name }) => name);
    expect(names).not.toContain("nbv-credentials");
    expect(names).not.toContain("nbv-fetch-tmp");
    expect(mountPaths(fetcher(podOf()))).toEqual(expect.arrayContaining(["/nbv/credentials"]));
  });

  test("the runner cannot be changed by the notebook, and the key passes through memory", () => {
    expect(notebook(podOf()).volumeMounts).toContainEqual({
      name: "nbv-runner",
      mountPath: "/nbv/runner",
      readOnly: true,
    });
    expect(podOf().spec?.volumes).toContainEqual({
      name: "nbv-handover",
      emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
    });
  });

  test("a token is mounted only when asked for", () => {
    expect(podOf().spec).toMatchObject({ automountServiceAccountToken: false, serviceAccountName: "default" });
    expect(withPod({ automountServiceAccountToken: true }).spec?.automountServiceAccountToken).toBe(true);
  });

  test("variables from Secrets are named for redaction", () => {
    const pod: PodSettings = {
      env: [
        { name: "PLAIN", value: "x" },
        { name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "t" } } },
      ],
      envFrom: [{ prefix: "DB_", secretRef: { name: "db" } }, { configMapRef: { name: "cm" } }],
      credentials: ["aws", "unknown"],
    };
    const names = secretVariables(pod, {
      db: ["USER", "PASSWORD"],
      aws: ["AWS_SECRET_ACCESS_KEY"],
      cm: ["NOT_SECRET"],
    });
    expect(names).toEqual(["AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "DB_USER", "TOKEN"]);
  });
});

describe("Pod Security restricted", () => {
  test.each([false, true])("holds for both containers (cluster assigns user IDs: %s)", (assignsUserIds) => {
    const pod = podOf({ assignsUserIds });
    expect(pod.spec?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    for (const { securityContext } of [fetcher(pod), notebook(pod)]) {
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    }
    const allowed = new Set(["emptyDir", "secret", "persistentVolumeClaim"]);
    for (const { name: _, ...volume } of pod.spec?.volumes ?? []) expect(allowed).toContain(Object.keys(volume)[0]);
  });

  test("user and group are ours where the cluster assigns none", () => {
    expect(podOf().spec?.securityContext).toMatchObject({ runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 });
    expect(podOf({ assignsUserIds: true }).spec?.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
  });

  test("the job's own user holds for both containers, so that the key passes between them", () => {
    const pod = withPod({ securityContext: { runAsUser: 1000 } });
    expect(pod.spec?.securityContext).toMatchObject({ runAsUser: 1000, fsGroup: 65532 });
    for (const { securityContext } of [fetcher(pod), notebook(pod)])
      expect(securityContext).not.toHaveProperty("runAsUser");
  });

  test("the root file system is read-only for images that we built, unless the job says otherwise", () => {
    const readOnly = (more: Partial<ValidationPodRequest>) =>
      notebook(podOf(more)).securityContext?.readOnlyRootFilesystem;
    expect(readOnly({})).toBe(false);
    expect(readOnly({ isBuiltImage: true })).toBe(true);
    expect(readOnly({ isBuiltImage: true, pod: { readOnlyRootFilesystem: false } })).toBe(false);
  });
});
