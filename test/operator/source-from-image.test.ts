import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Container } from "kubernetes-types/core/v1.js";
import { effectiveSpec, NotebookValidationJobSpec, parseOperatorConfig } from "../../src/api/index.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { seededRandom } from "../../src/kube/random.js";
import { CONFIG_MAPS, objectOf } from "../../src/kube/resources.js";
import { attemptPod } from "../../src/operator/attempt-pod.js";
import { type RunnerFiles, readRunner } from "../../src/operator/runner-archive.js";
import { RunnerConfigMaps } from "../../src/operator/runner-config-map.js";
import { SigningKey } from "../../src/operator/signing-key.js";
import { type RunnerArchive, recipientOf, SOURCE_CONTAINER } from "../../src/validation/index.js";
import { code, notebook, PYTHON } from "../e2e/nbv.js";
import { aJob } from "./kit/a-job.js";

const IMAGE = `registry.example.com/team-a/nbv-environments@sha256:${"1".repeat(64)}`;
const JOB = { name: "titanic", namespace: "team-a", uid: "job-uid" };
const PLAN = {
  runId: "abcdef012345",
  number: 2,
  podName: "titanic-val-abcdef01-2",
  commit: "c".repeat(40),
  image: IMAGE,
};
const IDENTITY = { namespace: JOB.namespace, jobUid: JOB.uid, runId: PLAN.runId, attempt: PLAN.number };
const KEY = new SigningKey(Buffer.alloc(32, 7));
const PATH = "notebooks/titanic.ipynb";

let files: RunnerFiles;
let root: string;

beforeAll(async () => {
  files = await readRunner();
});

function aPod(runner: RunnerArchive) {
  const spec = NotebookValidationJobSpec.parse(aJob().build().spec);
  const config = parseOperatorConfig({});
  const credentials = { credentialsSecret: "git" };
  const git = { ...spec.notebook.git, ...credentials };
  return attemptPod({
    job: JOB,
    spec: { ...spec, notebook: { ...spec.notebook, git } },
    effective: effectiveSpec(spec, config),
    plan: { ...PLAN, sourceDirectory: "/opt/nbv/source" },
    sealFor: KEY.publicKey,
    proof: KEY.proofOf(IDENTITY),
    secretKeys: {},
    config,
    runner,
  });
}

describe("the runner's archive", () => {
  test("is the same each time, and small enough for a ConfigMap", async () => {
    expect((await readRunner()).sha256).toBe(files.sha256);
    expect(files.data.length).toBeLessThan(900_000);
  });

  test("comes once per job, is the job's own and can't be changed", async () => {
    const cluster = new MemoryCluster({
      clock: new ManualClock(),
      random: seededRandom(1),
      autoCreateNamespaces: true,
    });
    const job = aJob().build();
    const runners = new RunnerConfigMaps(cluster, async () => ({ data: Buffer.from("archive"), sha256: "ab" }));
    const first = await runners.bring(job);
    expect(await runners.bring(job)).toEqual(first);
    const { items } = await cluster.list(CONFIG_MAPS, { namespace: "team-a" });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      metadata: { name: first.configMap, ownerReferences: [{ uid: "job-uid", controller: true }] },
      immutable: true,
      binaryData: { [first.file]: Buffer.from("archive").toString("base64") },
    });
    const newer = new RunnerConfigMaps(cluster, async () => ({ data: Buffer.from("newer"), sha256: "cd" }));
    expect((await newer.bring(job)).configMap).not.toBe(first.configMap);
  });

  test("is not put where somebody else's ConfigMap is", async () => {
    const cluster = new MemoryCluster({
      clock: new ManualClock(),
      random: seededRandom(1),
      autoCreateNamespaces: true,
    });
    const job = aJob().build();
    const read = async () => ({ data: Buffer.from("archive"), sha256: "ab" });
    const { configMap } = await new RunnerConfigMaps(cluster, read).bring(job);
    await cluster.delete(CONFIG_MAPS, { namespace: "team-a", name: configMap });
    const metadata = { name: configMap, namespace: "team-a" };
    await cluster.create(CONFIG_MAPS, objectOf(CONFIG_MAPS, { metadata }));
    await expect(new RunnerConfigMaps(cluster, read).bring(job)).rejects.toThrow(/does not belong to this job/);
  });
});

describe("a pod whose source is in its image", () => {
  const pod = aPod({ configMap: "runner", file: "runner.tar.gz", sha256: "ab" });

  test("needs neither Git, nor its credentials, nor the operator's image", () => {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    expect(containers.map(({ name, image }) => [name, image])).toEqual([
      ["source", IMAGE],
      ["notebook", IMAGE],
    ]);
    expect(JSON.stringify(pod)).not.toMatch(/git\.example\.com|nbv-credentials|fetch-source/);
    expect(pod.spec?.volumes).toContainEqual({ name: "nbv-archive", configMap: { name: "runner" } });
  });

  test("seals its key for the operator like any other, and is as restricted", () => {
    expect(recipientOf(pod)).toBe(KEY.publicKey);
    expect(pod.spec?.initContainers?.[0]?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
    });
  });

  test("shows the archive to its init container alone", () => {
    const mounts = (container: Container | undefined) => container?.volumeMounts?.map(({ name }) => name);
    expect(mounts(pod.spec?.initContainers?.[0])).toContain("nbv-archive");
    expect(mounts(pod.spec?.containers[0])).not.toContain("nbv-archive");
  });
});

describe("the init container of such a pod, run by a real Python", () => {
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "nbv-test-"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Runs its program with the image and the volumes in a directory of their own. */
  function run(name: string, archive: Buffer, image: (source: string) => void) {
    const place = join(root, name);
    const at = (path: string) => join(place, path);
    for (const path of ["nbv/source", "nbv/runner", "nbv/handover", "nbv/archive", "opt/nbv/source", "dev"]) {
      mkdirSync(at(path), { recursive: true });
    }
    writeFileSync(at("nbv/archive/runner.tar.gz"), archive);
    image(at("opt/nbv/source"));
    const runner = { configMap: "runner", file: "runner.tar.gz", sha256: files.sha256 };
    const container = aPod(runner).spec?.initContainers?.[0];
    const [, ...command] = container?.command ?? [];
    const local = (text: string) => (/^\/(nbv|opt|dev)\//.test(text) ? at(text) : text);
    const env = Object.fromEntries((container?.env ?? []).map(({ name: key, value = "" }) => [key, value]));
    const { status, stderr } = spawnSync(PYTHON, [...command, ...(container?.args ?? []).map(local)], {
      env: { ...env, HOME: place, TMPDIR: place },
      encoding: "utf8",
    });
    const told = () => readFileSync(at("dev/termination-log"), "utf8");
    return { status, stderr, told, at };
  }

  const write = (source: string, content: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(dirname(join(source, path)), { recursive: true });
      writeFileSync(join(source, path), text);
    }
  };

  test("brings source, runner, configuration and a key that only the operator can open", () => {
    const { status, told, at, stderr } = run("whole", files.data, (source) => {
      write(source, { [PATH]: notebook(code("1 + 1")), "data/x.csv": "1,2\n", "run.sh": "#!/bin/sh\n" });
      spawnSync("chmod", ["-R", "a-w", source]);
      spawnSync("chmod", ["u+x", join(source, "run.sh")]);
      spawnSync("chmod", ["u+w", source]);
      symlinkSync("data", join(source, "link"));
    });
    expect([status, stderr]).toEqual([0, expect.stringContaining("4 files copied")]);
    const key = KEY.unseal(IDENTITY, told());
    expect(key).toBeDefined();
    expect(readFileSync(at("nbv/handover/key"), "utf8")).toBe(Buffer.from(key ?? []).toString("hex"));
    expect(statSync(at("nbv/handover/key")).mode & 0o777).toBe(0o600);
    expect(KEY.unseal({ ...IDENTITY, attempt: 3 }, told())).toBeUndefined();
    const config = JSON.parse(readFileSync(at("nbv/handover/config.json"), "utf8")) as object;
    expect(config).toMatchObject({ version: "nbv.config.v1", commit: PLAN.commit, notebook: { path: PATH } });
    expect(readFileSync(at("nbv/source/link/x.csv"), "utf8")).toBe("1,2\n");
    expect(statSync(at("nbv/source/run.sh")).mode & 0o777).toBe(0o755);
    expect(statSync(at("nbv/source/data/x.csv")).mode & 0o777).toBe(0o644);
    // What it unpacked runs the notebook.
    mkdirSync(at("nbv/artifacts"));
    const ran = spawnSync(
      PYTHON,
      [
        ...["-I", "-S", at("nbv/runner/main.py"), "--handover", at("nbv/handover"), "--source", at("nbv/source")],
        ...["--artifacts", at("nbv/artifacts"), "--termination-log", at("dev/verdict")],
      ],
      { env: { PATH: process.env["PATH"], HOME: root }, encoding: "utf8" },
    );
    expect(ran.status).toBe(0);
  }, 60_000);

  test("says that the image lacks the notebook", () => {
    const { status, told } = run("empty", files.data, (source) => write(source, { "other.ipynb": "{}" }));
    expect(status).toBe(1);
    expect(JSON.parse(told())).toMatchObject({ version: "nbv.source.v1", reason: "NotebookNotFound" });
  });

  test("runs nothing of an archive that somebody changed", () => {
    const { status, stderr, at } = run("forged", Buffer.concat([files.data, Buffer.from("x")]), (source) =>
      write(source, { [PATH]: notebook(code("1 + 1")) }),
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining("not the operator's")]);
    expect(() => statSync(at("nbv/runner/main.py"))).toThrow();
  });

  test(`is called ${SOURCE_CONTAINER}, as the one that it stands for`, () => {
    expect(aPod({ configMap: "r", file: "f", sha256: "a" }).spec?.initContainers?.[0]?.name).toBe(SOURCE_CONTAINER);
  });
});
