// `nbv status` and the kubectl plugin, as people type them, against a real API server.
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { findControlPlane, NO_CONTROL_PLANE } from "../cluster/control-plane.js";
import { STATUSES } from "./cluster-jobs.js";
import { bundledNbv, type Ended, type Nbv } from "./nbv.js";
import { runProgram } from "./run-program.js";
import { ServedJobs } from "./served-jobs.js";

const assets = findControlPlane();
if (assets === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);
jest.setTimeout(60_000);

let jobs: ServedJobs;
let nbv: Nbv;
let plugins: string;

function run(program: string, args: readonly string[], onError?: (text: string) => void): Promise<Ended> {
  const path = [plugins, assets, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  return runProgram(program, args, { PATH: path, KUBECONFIG: jobs.control.kubeconfig }, onError);
}
const status = (...args: string[]) => run(process.execPath, [nbv.file, "status", ...args]);
const kubectl = (...args: string[]) => run(join(assets ?? "", "kubectl"), args);

(assets === undefined ? describe.skip : describe)("nbv status on a real cluster", () => {
  beforeAll(async () => {
    nbv = bundledNbv();
    chmodSync(nbv.file, 0o755);
    plugins = mkdtempSync(join(tmpdir(), "plugins-"));
    symlinkSync(nbv.file, join(plugins, "kubectl-nbv"));
    jobs = await ServedJobs.start();
    expect(await status()).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("this cluster knows no NotebookValidationJobs"),
    });
    await jobs.define("team-a", "team-b");
    await jobs.submit("good", STATUSES.succeeded);
    await jobs.submit("bad", STATUSES.failed);
    await jobs.submit("busy", STATUSES.running);
    await jobs.submit("elsewhere", STATUSES.succeeded, "team-b");
  }, 90_000);

  afterAll(async () => {
    await jobs?.stop();
    nbv?.remove();
    if (plugins !== undefined) rmSync(plugins, { recursive: true, force: true });
  }, 30_000);

  test("lists a namespace, all of them, and nothing", async () => {
    const one = await status("-n", "team-a");
    expect(one).toMatchObject({ status: 0, stderr: "" });
    expect(one.stdout.split("\n").map((line) => line.split(/ {3,}/)[0])).toEqual(["NAME", "bad", "busy", "good", ""]);
    expect((await status("-A")).stdout).toMatch(/team-b +elsewhere +Succeeded/);
    expect(await status()).toEqual({
      status: 0,
      stdout: "",
      stderr: "There is no NotebookValidationJob in namespace default.\n",
    });
    expect(JSON.parse((await status("-A", "-o", "json")).stdout)).toMatchObject({
      jobs: [{ name: "bad" }, { name: "busy" }, { name: "good" }, { name: "elsewhere" }],
    });
  });

  test("tells of one job, and answers by its exit code", async () => {
    expect(await status("good", "-n", "team-a")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("Passed"),
    });
    expect(await status("bad", "-n", "team-a")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("KeyError"),
    });
    expect(await status("busy", "-n", "team-a")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("--watch"),
    });
    expect(await status("good")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("there is no NotebookValidationJob good in namespace default"),
    });
    expect((await status("bad", "-n", "team-a", "-o", "yaml")).stdout).toContain("phase: Failed");
  });

  test("takes the namespace of the kubeconfig's context, and other contexts", async () => {
    const kubeconfig = join(plugins, "config");
    const set = (...args: string[]) => kubectl("config", `--kubeconfig=${kubeconfig}`, ...args);
    const { stdout } = await kubectl("config", "view", "--raw", "--flatten");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(kubeconfig, stdout, { mode: 0o600 });
    await set("set-context", "b", "--cluster=test", "--user=admin", "--namespace=team-b");
    expect((await status("--kubeconfig", kubeconfig, "--context", "b")).stdout).toContain("elsewhere");
    expect(await status("--kubeconfig", kubeconfig, "--context", "no")).toMatchObject({ status: 2 });
    expect(await status("--kubeconfig", join(plugins, "nowhere"))).toMatchObject({ status: 2 });
  });

  test("follows a job to its end, through a restart of the API server", async () => {
    await jobs.submit("followed", STATUSES.running);
    const key = { namespace: "team-a", name: "followed" };
    let followed: Promise<Ended> | undefined;
    await new Promise<void>((isRunning, reject) => {
      followed = run(process.execPath, [nbv.file, "status", "followed", "-n", "team-a", "--watch"], (text) => {
        if (text.includes("ValidationRunning")) isRunning();
      });
      followed.then(({ stderr }) => reject(new Error(stderr)), reject);
    });
    await jobs.control.restartApiServer();
    await jobs.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, { status: { ...STATUSES.failed, progress: null } });
    const { status: code, stdout, stderr } = (await followed) as Ended;
    expect(code).toBe(1);
    expect(stderr).toContain("ValidationRunning");
    expect(stderr).toContain("cell 1");
    expect(stdout).toContain("Failed (CellFailed)");
  });

  test("follows a job no longer than it is told to, and says where it stands", async () => {
    expect(await status("busy", "-n", "team-a", "--watch", "--timeout", "1s")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /error: busy has not ended within 1s: it is ValidationRunning \(The notebook runs\)\n$/,
      ),
    });
  });

  test("says what is asked wrongly", async () => {
    for (const args of [["a", "-A"], ["--watch"], ["--outputt", "json"], ["a", "b"]]) {
      expect(await status(...args)).toMatchObject({ status: 2, stdout: "" });
    }
  });

  test("says who may not look", async () => {
    const nobody = ["config", "view", "--raw", "--flatten", "-o", "json"];
    const config = JSON.parse((await kubectl(...nobody)).stdout) as { users: { user: object }[] };
    for (const entry of config.users) Object.assign(entry.user, { as: "system:serviceaccount:team-a:nobody" });
    const file = join(plugins, "nobody.json");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(file, JSON.stringify(config), { mode: 0o600 });
    const { status: code, stderr } = await status("--kubeconfig", file, "-n", "team-a");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /error: notebookvalidationjobs\S* is forbidden: User "system:serviceaccount:team-a:nobody" cannot list/,
    );
  });

  describe("as a kubectl plugin", () => {
    test("is found by kubectl, takes its flags and gives its answers", async () => {
      expect((await kubectl("plugin", "list")).stdout).toContain("kubectl-nbv");
      const plugin = await kubectl("nbv", "status", "bad", "-n", "team-a", "--kubeconfig", jobs.control.kubeconfig);
      expect(plugin).toMatchObject({ status: 1, stdout: expect.stringContaining("KeyError") });
      expect((await kubectl("nbv", "status", "-A", "--context", "test")).stdout).toContain("elsewhere");
    });

    test("calls itself what people type", async () => {
      expect((await kubectl("nbv", "--help")).stdout).toContain("Usage: kubectl nbv [options] [command]");
      expect((await kubectl("nbv", "status", "--help")).stdout).toContain("Usage: kubectl nbv status [options] [job]");
      expect((await kubectl("nbv", "status", "busy", "-n", "team-a")).stdout).toContain(
        "follow it: kubectl nbv status busy -n team-a --watch",
      );
      expect((await kubectl("nbv", "statsu")).stderr).toContain("(kubectl nbv --help lists the commands)");
    });
  });
});
