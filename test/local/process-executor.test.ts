import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { CONFIG_MAPS, EVENTS, PODS, SECRETS } from "../../src/kube/index.js";
import {
  cluster,
  eventually,
  isOver,
  limits,
  logOf,
  made,
  namespace,
  restartAs,
  sh,
  start,
  state,
  takeOver,
  terminated,
  until,
} from "./test-node.js";

describe("a pod that runs through", () => {
  test("goes through the states that a kubelet reports, and leaves its log and its last words", async () => {
    await start({
      initContainers: [
        sh("echo prepared > /work/file", { name: "init", volumeMounts: [{ name: "w", mountPath: "/work" }] }),
      ].map((container) => ({ ...container, command: ["/bin/sh", "-c", 'echo prepared > "$0"', "/work/file"] })),
      containers: [
        sh("", {
          command: [
            "/bin/sh",
            "-c",
            'cat "$0"; echo warning >&2; printf done > "$1"',
            "/work/file",
            "/dev/termination-log",
          ],
          volumeMounts: [{ name: "w", mountPath: "/work" }],
        }),
      ],
      volumes: [{ name: "w", emptyDir: {} }],
    });
    const pod = await until(isOver);
    expect(pod.status?.phase).toBe("Succeeded");
    expect(terminated(pod)).toMatchObject({ exitCode: 0, reason: "Completed", message: "done" });
    expect(pod.status?.initContainerStatuses?.[0]).toMatchObject({ name: "init", ready: true });
    const conditions = Object.fromEntries((pod.status?.conditions ?? []).map(({ type, status }) => [type, status]));
    expect(conditions).toEqual({ PodScheduled: "True", Initialized: "True", ContainersReady: "False", Ready: "False" });
    expect((await logOf()).split("\n").sort()).toEqual(["", "prepared", "warning"]);
  });

  test("a followed log comes while it is written, and ends with the container", async () => {
    await start({ containers: [sh("echo one; sleep 0.3; echo two; sleep 0.3; printf three")] });
    await until((pod) => pod.status?.phase === "Running");
    const seen: string[] = [];
    for await (const chunk of cluster.logs({ namespace, name: "p" }, { container: "main", follow: true })) {
      seen.push(Buffer.from(chunk).toString("utf8"));
    }
    expect(seen.join("")).toBe("one\ntwo\nthree\n");
    expect(seen.length).toBeGreaterThan(1);
  });

  test("lines of the two streams never break each other", async () => {
    const script =
      "i=0; while [ $i -lt 300 ]; do printf 'abcdefghij'; printf 'ABCDEFGHIJ' >&2; echo; echo >&2; i=$((i+1)); done";
    await start({ containers: [sh(script)] });
    await until(isOver);
    const lines = (await logOf()).trimEnd().split("\n");
    expect(lines).toHaveLength(600);
    expect(new Set(lines)).toEqual(new Set(["abcdefghij", "ABCDEFGHIJ"]));
  });

  test("commands find their programs, paths and variables", async () => {
    await cluster.create(SECRETS, made(SECRETS, "s", { data: { PASS: btoa("geheim") } }));
    await cluster.create(CONFIG_MAPS, made(CONFIG_MAPS, "c", { data: { a: "1", b: "2" } }));
    await start({
      containers: [
        sh("", {
          command: [
            "/bin/sh",
            "-c",
            'echo $PASS $ONE $x_a $x_b $WHO $TEAM $BOTH $COST; cat "$FILE"; ls "$0"',
            "/etc/keys",
          ],
          envFrom: [{ secretRef: { name: "s" } }, { prefix: "x_", configMapRef: { name: "c" } }],
          env: [
            { name: "ONE", valueFrom: { configMapKeyRef: { name: "c", key: "a" } } },
            { name: "WHO", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "TEAM", valueFrom: { fieldRef: { fieldPath: "metadata.labels['team']" } } },
            { name: "BOTH", value: "$(ONE)-$(WHO)-$(NOBODY)" },
            { name: "COST", value: "$$(ONE)" },
            { name: "FILE", value: "/etc/keys/PASS" },
          ],
          volumeMounts: [{ name: "keys", mountPath: "/etc/keys" }],
        }),
      ],
      volumes: [{ name: "keys", secret: { secretName: "s" } }],
    });
    await until(isOver);
    expect(await logOf()).toBe("geheim 1 1 2 p a 1-p-$(NOBODY) $(ONE)\ngeheimPASS\n");
    await start({ containers: [{ name: "main", image: "x", command: ["known"], args: ["a", "b"] }] }, "q");
    await until(isOver, "q");
    expect(await logOf(false, "q")).toBe("known program: a b\n");
  });
});

describe("a pod that fails", () => {
  test("when its init container fails, the main container never starts", async () => {
    await start({ initContainers: [sh("exit 3", { name: "init" })], containers: [sh("echo no")] });
    const pod = await until(isOver);
    expect(pod.status?.phase).toBe("Failed");
    expect(pod.status?.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe("PodInitializing");
    await expect(logOf()).rejects.toThrow(/waiting to start/);
  });

  test("when its program is not there", async () => {
    await start({ containers: [{ name: "main", image: "x", command: ["/no/such/program"] }] });
    const pod = await until(isOver);
    expect(terminated(pod)).toMatchObject({ exitCode: 128, reason: "StartError" });
    expect(terminated(pod)?.message).toMatch(/not found/);
  });

  test("when a signal ends it", async () => {
    await start({ containers: [sh("kill -11 $$$$")] });
    expect(terminated(await until(isOver))).toMatchObject({ exitCode: 139, signal: 11 });
  });

  test("at its deadline", async () => {
    await start({ activeDeadlineSeconds: 1, terminationGracePeriodSeconds: 0, containers: [sh("sleep 60")] });
    const pod = await until(isOver);
    expect(pod.status).toMatchObject({ phase: "Failed", reason: "DeadlineExceeded" });
  });

  test("its termination message is cut at 4096 bytes", async () => {
    const script = 'head -c 10000 /dev/zero | tr "\\0" x > "$0"';
    await start({ containers: [sh("", { command: ["/bin/sh", "-c", script, "/dev/termination-log"] })] });
    expect(terminated(await until(isOver))?.message).toHaveLength(4096);
  });

  test("by taking more memory than its limit", async () => {
    const script = "a=x; while :; do a=$a$a; done";
    await start({ containers: [sh(script, { resources: { limits: { memory: "64Mi" } } })] });
    const pod = await until(isOver);
    expect(pod.status?.phase).toBe("Failed");
    if (limits[0] === "cgroup") expect(terminated(pod)).toMatchObject({ reason: "OOMKilled", exitCode: 137 });
    else expect(limits[0]).toBe("rlimit");
  });
});

describe("waiting for what is missing", () => {
  test("a Secret of a variable: CreateContainerConfigError until it is there", async () => {
    await start({ containers: [sh("echo $PASS", { envFrom: [{ secretRef: { name: "later" } }] })] });
    const waiting = await until(
      (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === "CreateContainerConfigError",
    );
    expect(waiting.status?.phase).toBe("Pending");
    expect(waiting.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('secret "later" not found');
    await cluster.create(SECRETS, made(SECRETS, "later", { data: { PASS: btoa("now") } }));
    await until(isOver);
    expect(await logOf()).toBe("now\n");
  });

  test("a Secret of a volume: the status says nothing, an event says why", async () => {
    await start({ containers: [sh("true")], volumes: [{ name: "v", secret: { secretName: "none" } }] });
    const warning = await eventually(async () => (await cluster.list(EVENTS, { namespace })).items[0]);
    expect(warning).toMatchObject({
      type: "Warning",
      reason: "FailedMount",
      message: 'MountVolume.SetUp failed for volume "v" : secret "none" not found',
      involvedObject: { kind: "Pod", name: "p" },
    });
    const pod = await cluster.get(PODS, { namespace, name: "p" });
    expect(pod.status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  });

  test("an image that can't be pulled: ErrImagePull, then ImagePullBackOff", async () => {
    const reasons = new Set<string | undefined>();
    await start({ containers: [sh("true", { image: "registry.example.com/none:1" })] });
    await until((pod) => {
      const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
      reasons.add(waiting?.reason);
      return waiting?.reason === "ImagePullBackOff";
    });
    const pod = await cluster.get(PODS, { namespace, name: "p" });
    expect(reasons).toContain("ErrImagePull");
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'Back-off pulling image "registry.example.com/none:1": ErrImagePull: registry.example.com/none:1: not found',
    );
  });
});

describe("an executor that takes over from one that was killed", () => {
  test("ends the pods whose containers it can't find, as a kubelet does", async () => {
    const status = (state: object) => ({ name: "main", image: "x", imageID: "", ready: true, restartCount: 0, state });
    const running = status({ running: { startedAt: "2026-01-01T00:00:00Z" } });
    await takeOver(async () => {
      await start({ nodeName: "here", containers: [sh("true")] });
      const patch = { status: { phase: "Running", containerStatuses: [running] } };
      await cluster.patchStatus(PODS, { namespace, name: "p" }, patch);
    });
    expect(terminated(await until(isOver))).toMatchObject({ exitCode: 137, reason: "ContainerStatusUnknown" });
  });
});

describe("deletion", () => {
  test("asks the process to end, and removes the pod when it has", async () => {
    await start({ containers: [sh("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done")] });
    await until((pod) => pod.status?.phase === "Running");
    const log = logOf(true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await cluster.delete(PODS, { namespace, name: "p" });
    expect(await log).toBe("up\nbye\n");
    await expect(until(() => false)).rejects.toThrow(/not found/);
  });

  test("kills a process that ignores it after the grace, with all that it started", async () => {
    const mark = join(state, "pids");
    writeFileSync(mark, "");
    const script = `trap '' TERM; setsid sh -c 'echo $$$$ >> ${mark}; exec sleep 300' & echo $$$$ >> ${mark}; while :; do sleep 1; done`;
    await start({ terminationGracePeriodSeconds: 1, containers: [sh(script)] });
    await until(() => readFileSync(mark, "utf8").trim().split("\n").length === 2);
    const pids = readFileSync(mark, "utf8").trim().split("\n").map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    await cluster.delete(PODS, { namespace, name: "p" });
    await expect(until(() => false)).rejects.toThrow(/not found/);
    expect(pids.map(isAlive)).toEqual([false, false]);
  });
});

(process.getuid?.() === 0 ? test : test.skip)(
  "started as root, main containers are another user and own their volumes",
  async () => {
    await restartAs({ uid: 65532, gid: 65532 });
    const write = 'id -u; cat "$0/key"; echo more > "$0/own" && ls "$0"; printf last > "$1"';
    await start({
      initContainers: [
        {
          name: "init",
          image: "x",
          command: ["/bin/sh", "-c", 'umask 077; echo k > "$0/key"', "/w"],
          volumeMounts: [{ name: "w", mountPath: "/w" }],
        },
      ],
      containers: [
        sh("", {
          command: ["/bin/sh", "-c", write, "/w", "/dev/termination-log"],
          volumeMounts: [{ name: "w", mountPath: "/w" }],
        }),
      ],
      volumes: [{ name: "w", emptyDir: { medium: "Memory" } }],
    });
    expect(terminated(await until(isOver))).toMatchObject({ exitCode: 0, message: "last" });
    expect(await logOf()).toBe("65532\nk\nkey\nown\n");
  },
);

test("main containers can't find what only the init container had", async () => {
  await cluster.create(SECRETS, made(SECRETS, "key", { data: { key: btoa("k") } }));
  await start({
    initContainers: [sh("true", { name: "init", volumeMounts: [{ name: "key", mountPath: "/key" }] })],
    containers: [
      sh("", { command: ["/bin/sh", "-c", 'ls "$0/.."', "/w"], volumeMounts: [{ name: "w", mountPath: "/w" }] }),
    ],
    volumes: [
      { name: "key", secret: { secretName: "key" } },
      { name: "w", emptyDir: {} },
    ],
  });
  await until(isOver);
  expect(await logOf()).toBe("w\n");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody reaps is dead enough.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
