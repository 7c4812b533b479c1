import { describe, expect, test } from "@jest/globals";
import { ANNOTATION_ATTEMPT_PROOF, fetcherTrustIn, UserError } from "../../src/api/index.js";
import { validationPod } from "../../src/validation/index.js";
import { aRequest, config, fetcher, mountPaths, notebook, podOf, variablesOf, withPod } from "./a-validation-pod.js";

describe("the pod of an attempt", () => {
  test("belongs to its job and is found by labels", () => {
    expect(podOf().metadata).toMatchObject({
      name: "train-val-3f9a1c2b-2",
      namespace: "team-a",
      labels: {
        "mlops.dev/job": "train",
        "mlops.dev/run": "3f9a1c2b7d4e",
        "mlops.dev/attempt": "2",
        "mlops.dev/role": "validation",
      },
      ownerReferences: [{ kind: "NotebookValidationJob", uid: "0b1f6a3e", controller: true }],
    });
  });

  test("is the same every time", () => {
    expect(validationPod(aRequest())).toEqual(validationPod(aRequest()));
  });

  test("fetches the commit, never the branch alone", () => {
    expect(fetcher(podOf()).command).toEqual(["node", "/app/nbv.js", "fetch-source"]);
    expect(fetcher(podOf()).args?.join(" ")).toBe(
      "--url https://git.example.com/a/b.git --commit c0ffee --ref main --credentials /nbv/credentials --into /nbv/source --runner-into /nbv/runner --handover-into /nbv/handover --seal-for B6N8vBQgk8i3VdwbEOhstCa3StFqqFPtC9_AsrhtHHw --attempt-identity nbv.v1|team-a|0b1f6a3e|3f9a1c2b7d4e|2 --termination-log /dev/termination-log",
    );
  });

  test("runs the runner isolated from the user's environment", () => {
    const { command, args } = notebook(podOf());
    expect(command).toEqual(["python3", "-I", "-S", "/nbv/runner/main.py"]);
    expect(args?.join(" ")).toBe(
      "--handover /nbv/handover --source /nbv/source --artifacts /nbv/artifacts --termination-log /dev/termination-log",
    );
  });

  test("takes a local tree in place of a repository", () => {
    const pod = podOf({ source: { kind: "tree", path: "/home/me/repo" } });
    expect(fetcher(pod).args?.slice(0, 2)).toEqual(["--tree", "/nbv/tree"]);
    expect(pod.spec?.volumes).toContainEqual({
      name: "nbv-tree",
      hostPath: { path: "/home/me/repo", type: "Directory" },
    });
    expect(JSON.stringify(pod)).not.toContain("credentials");
  });

  test("follows the operator's settings of Git, known hosts by way of a variable", () => {
    const pod = podOf({
      fetcher: {
        image: "operator:1",
        git: {
          knownHosts: "git.example.com ssh-ed25519 AAAA",
          allowLoopback: true,
          plainHttpCredentialHosts: ["git.internal"],
          environment: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
        },
      },
    });
    const args = fetcher(pod).args?.join(" ");
    expect(args).toContain("--allow-loopback --allow-plain-http git.internal");
    expect(fetcherTrustIn(variablesOf(fetcher(pod))).knownHosts).toBe("git.example.com ssh-ed25519 AAAA");
    expect(fetcher(pod).env).toContainEqual({ name: "HTTPS_PROXY", value: "http://proxy:3128" });
  });

  test("ends by itself some time after the notebook's own limit", () => {
    expect(podOf({ startupAllowanceSeconds: 300 }).spec?.activeDeadlineSeconds).toBe(300 + 120 + 1800 + 60);
  });

  test("mounts only volumes that it has, and has no volume that nobody mounts", () => {
    for (const pod of [
      podOf(),
      podOf({ source: { kind: "tree", path: "/x" } }),
      podOf({ artifactsClaim: "reports" }),
    ]) {
      const mounted = new Set(
        [fetcher(pod), notebook(pod)].flatMap(({ volumeMounts }) => volumeMounts?.map(({ name }) => name) ?? []),
      );
      expect([...mounted].sort()).toEqual(pod.spec?.volumes?.map(({ name }) => name).sort());
    }
  });
});

describe("what the job asks for", () => {
  test("reaches the pod", () => {
    const pod = withPod({
      serviceAccountName: "trainer",
      resources: { limits: { memory: "2Gi", "nvidia.com/gpu": 1 } },
      tolerations: [{ key: "gpu", operator: "Exists" }],
      nodeSelector: { zone: "a" },
      imagePullSecrets: [{ name: "pull" }],
      priorityClassName: "high",
      runtimeClassName: "nvidia",
      labels: { team: "a", "mlops.dev/job": "somebody-else" },
      annotations: { note: "x" },
      queueName: "gpu-queue",
    });
    expect(pod.spec).toMatchObject({
      serviceAccountName: "trainer",
      tolerations: [{ key: "gpu", operator: "Exists" }],
      nodeSelector: { zone: "a" },
      imagePullSecrets: [{ name: "pull" }],
      priorityClassName: "high",
      runtimeClassName: "nvidia",
    });
    expect(notebook(pod).resources).toEqual({ limits: { memory: "2Gi", "nvidia.com/gpu": "1" } });
    expect(fetcher(pod).resources?.limits).not.toHaveProperty(["nvidia.com/gpu"]);
    expect(pod.metadata?.annotations).toEqual({ note: "x", [ANNOTATION_ATTEMPT_PROOF]: "proof-of-the-operator" });
    expect(pod.metadata?.labels).toMatchObject({
      team: "a",
      "mlops.dev/job": "train",
      "kueue.x-k8s.io/queue-name": "gpu-queue",
    });
  });

  test("its variables are added to ours and win where both name one", () => {
    const pod = withPod({
      env: [
        { name: "HOME", value: "/data" },
        { name: "MODE", value: "test" },
      ],
      credentials: ["aws"],
    });
    const env = notebook(pod).env ?? [];
    expect(env.filter(({ name }) => name === "HOME")).toEqual([{ name: "HOME", value: "/data" }]);
    expect(env).toContainEqual({ name: "MODE", value: "test" });
    expect(env.map(({ name }) => name)).toContain("MPLCONFIGDIR");
    expect(notebook(pod).envFrom).toEqual([{ secretRef: { name: "aws" } }]);
    expect(fetcher(pod).envFrom).toBeUndefined();
  });

  test("its volumes are mounted in the notebook's container only", () => {
    const pod = withPod({
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      volumeMounts: [{ name: "data", mountPath: "/data", readOnly: true }],
    });
    expect(mountPaths(notebook(pod))).toContain("/data");
    expect(mountPaths(fetcher(pod))).not.toContain("/data");
  });

  test("its own /tmp replaces ours", () => {
    const pod = withPod({
      volumes: [{ name: "scratch", emptyDir: {} }],
      volumeMounts: [{ name: "scratch", mountPath: "/tmp/" }],
    });
    expect(mountPaths(notebook(pod)).filter((path) => path.startsWith("/tmp"))).toEqual(["/tmp/"]);
  });

  test.each(["/nbv", "/nbv/runner", "/nbv/handover/", "/dev/termination-log", "/", "/proc"])(
    "a mount over %s is refused",
    (mountPath) => {
      const pod = { volumes: [{ name: "v", emptyDir: {} }], volumeMounts: [{ name: "v", mountPath }] };
      expect(() => withPod(pod)).toThrow(UserError);
    },
  );

  test("a volume with a reserved name is refused", () => {
    expect(() => withPod({ volumes: [{ name: "nbv-handover", emptyDir: {} }] })).toThrow(/reserved/);
  });

  test("a claim for artifacts gets a directory per attempt", () => {
    const pod = podOf({ artifactsClaim: "reports" });
    expect(pod.spec?.volumes).toContainEqual({
      name: "nbv-artifacts",
      persistentVolumeClaim: { claimName: "reports" },
    });
    expect(notebook(pod).args).toContain("/nbv/artifacts/train/train-val-3f9a1c2b-2");
  });
});

test("the runner is told limits in seconds and every check's severity", () => {
  expect(config.timeouts).toEqual({ notebookSeconds: 1800, cellSeconds: 60, kernelStartSeconds: 120 });
  expect(config).toMatchObject({ level: "staging", policy: { E1: "failure", S1: "ignored", N3: "warning" } });
});

describe("a golden notebook of another repository", () => {
  const golden = {
    kind: "git" as const,
    url: "https://git.example.com/a/golden.git",
    commit: "90lden",
    ref: "v1",
    credentialsSecret: "golden-git",
  };
  const pod = podOf({ golden });
  const [init] = pod.spec?.initContainers ?? [];
  const [main] = pod.spec?.containers ?? [];

  test("is fetched to a folder of its own, with credentials that the notebook never sees", () => {
    expect(init?.args?.join(" ")).toContain(
      "--golden-url https://git.example.com/a/golden.git --golden-commit 90lden --golden-ref v1 " +
        "--golden-credentials /nbv/golden-credentials --golden-into /nbv/golden",
    );
    expect(pod.spec?.volumes).toEqual(
      expect.arrayContaining([
        { name: "nbv-golden", emptyDir: {} },
        { name: "nbv-golden-credentials", secret: { secretName: "golden-git", defaultMode: 0o440 } },
      ]),
    );
    expect(init?.volumeMounts).toContainEqual({ name: "nbv-golden", mountPath: "/nbv/golden" });
    expect(main?.volumeMounts?.map(({ name }) => name)).not.toContain("nbv-golden-credentials");
  });

  test("can be read by the runner and written by nobody", () => {
    expect(main?.volumeMounts).toContainEqual({ name: "nbv-golden", mountPath: "/nbv/golden", readOnly: true });
    expect(main?.args?.join(" ")).toContain("--source /nbv/source --golden /nbv/golden --artifacts");
  });

  test("is fetched by Git's rules where the notebook itself is a local tree", () => {
    const local = podOf({
      source: { kind: "tree", path: "/home/me" },
      golden,
      fetcher: { image: "o:1", git: { allowLoopback: true } },
    });
    const args = local.spec?.initContainers?.[0]?.args?.join(" ");
    expect(args).toContain("--tree /nbv/tree --allow-loopback");
    expect(args).toContain("--golden-url");
  });
});
