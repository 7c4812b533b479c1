import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type GitHttpServer, startGitHttpServer } from "../source/git-http-server.js";
import { makeRepository } from "../source/git-repository.js";
import { type GitSshServer, hasSshd, startGitSshServer } from "../source/git-ssh-server.js";
import { allText, buildNbv, code, job, manifest, nbvRun, notebook, secret, startNbv, writeFiles } from "./nbv.js";

jest.setTimeout(90_000);

const PASSWORD = "hunter2-is-not-enough";
const login = { username: "ada", password: PASSWORD };
let root: string;
let open: GitHttpServer;
let closed: GitHttpServer;
let commit: string;

interface Report {
  jobs: {
    name: string;
    verdict: string;
    status: {
      phase: string;
      reason?: string;
      message: string;
      source?: { commit?: string };
      results?: { cellIndex: number; status: string; errorName?: string; output?: string; traceback?: string }[];
    };
    reports: string[];
  }[];
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nbv-e2e-"));
  buildNbv();
  const repository = makeRepository(join(root, "repo"));
  commit = repository.commit({
    "notebooks/good.ipynb": notebook(
      code("import helper\nprint(helper.answer())"),
      code("value = open('data.txt').read()\nassert value == '42'"),
    ),
    "notebooks/data.txt": "42",
    "helper.py": "def answer() -> int:\n    return 42\n",
  });
  open = await startGitHttpServer({ root });
  closed = await startGitHttpServer({ root, login });
}, 180_000);

afterAll(async () => {
  await open?.close();
  await closed?.close();
  rmSync(root, { recursive: true, force: true });
});

/** Writes a manifest into a directory of its own and runs it. */
async function run(text: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const cwd = mkdtempSync(join(root, "run-"));
  writeFileSync(join(cwd, "job.yaml"), text);
  const result = await nbvRun(["job.yaml", "--output", "json", ...args], { cwd, env });
  const report = result.stdout === "" ? undefined : (JSON.parse(result.stdout) as Report);
  const reports = join(cwd, "nbv-report");
  return {
    ...result,
    first: report?.jobs[0],
    report,
    cwd,
    reports,
    everything: result.stdout + result.stderr + allText(reports),
  };
}

/** A directory with one notebook. */
function tree(...cells: object[]): string {
  const directory = mkdtempSync(join(root, "tree-"));
  writeFiles(directory, { "nb.ipynb": notebook(...cells) });
  return directory;
}

const local = { path: "nb.ipynb" };
const once = { retryPolicy: { enabled: false } };

describe("from a Git server", () => {
  const source = (url: string, more: object = {}) => ({
    git: { url, ref: "main", ...more },
    path: "notebooks/good.ipynb",
  });

  test("a public repository over http", async () => {
    const { code: exit, first, reports } = await run(job("good", source(`${open.base}/repo`)));
    expect({ exit, verdict: first?.verdict, commit: first?.status.source?.commit }).toEqual({
      exit: 0,
      verdict: "Passed",
      commit,
    });
    expect(first?.status.results?.map(({ status }) => status)).toEqual(["Success", "Success"]);
    expect(readdirSync(reports).sort()).toEqual(["executed.ipynb", "junit.xml", "report.html", "report.json"]);
  });

  test("a private one over http, with a password that appears nowhere", async () => {
    const text = manifest(
      job("good", source(`${closed.base}/repo`, { credentialsSecret: "git" })),
      secret("git", login, "kubernetes.io/basic-auth"),
    );
    const { code: exit, everything } = await run(text, [], { NBV_DEBUG: "1" });
    expect(exit).toBe(0);
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(Buffer.from(PASSWORD).toString("base64"));
  });

  test("a private one without its password is refused for that reason", async () => {
    const text = manifest(
      job("good", source(`${closed.base}/repo`, { credentialsSecret: "git" })),
      secret("git", { username: "ada", password: "wr0ng-pass" }),
    );
    const { code: exit, first, everything } = await run(text, [], { NBV_DEBUG: "1" });
    expect({ exit, reason: first?.status.reason }).toEqual({ exit: 2, reason: "GitAuthFailed" });
    expect(everything).not.toContain("wr0ng-pass");
  });

  test("a branch that is not there", async () => {
    const text = job("good", { git: { url: `${open.base}/repo`, ref: "mian" }, path: "notebooks/good.ipynb" });
    const { code: exit, first } = await run(text);
    expect({ exit, reason: first?.status.reason }).toEqual({ exit: 2, reason: "GitRefNotFound" });
    expect(first?.status.message).toContain("did you mean main");
  });

  (hasSshd() ? describe : describe.skip)("over ssh", () => {
    let server: GitSshServer;
    beforeAll(async () => {
      server = await startGitSshServer(join(root, "sshd"));
    });
    afterAll(async () => server?.close());
    const at = () => source(`ssh://${server.user}@127.0.0.1:${server.port}${root}/repo`, { credentialsSecret: "key" });

    test("with a key and a known host; the key appears nowhere", async () => {
      const data = { "ssh-privatekey": server.privateKey, known_hosts: server.knownHosts };
      const {
        code: exit,
        first,
        everything,
      } = await run(manifest(job("good", at()), secret("key", data, "kubernetes.io/ssh-auth")), [], { NBV_DEBUG: "1" });
      expect({ exit, verdict: first?.verdict }).toEqual({ exit: 0, verdict: "Passed" });
      for (const line of server.privateKey.split("\n").slice(1, -2)) expect(everything).not.toContain(line);
    });

    test("an unknown host fails with advice", async () => {
      const { code: exit, first } = await run(
        manifest(job("good", at()), secret("key", { "ssh-privatekey": server.privateKey })),
      );
      expect({ exit, reason: first?.status.reason }).toEqual({ exit: 2, reason: "GitUntrusted" });
      expect(first?.status.message).toContain("ssh-keyscan");
    });
  });

  test("a hostile repository runs nothing and reaches nothing outside itself", async () => {
    const trap = join(root, "trap");
    const hostile = makeRepository(join(root, "hostile"));
    const shell = `sh -c "touch ${trap}"`;
    writeFiles(hostile.directory, {
      "nb.ipynb": notebook(
        code(
          "import os\nassert not os.path.lexists('passwd'), 'the link came along'\nassert not os.path.lexists('up')",
        ),
        code("assert open('inside').read() == 'plain'\nassert open('filtered.txt').read() == 'as stored'"),
      ),
      "plain.txt": "plain",
      "filtered.txt": "as stored",
      ".gitattributes": "*.txt filter=evil diff=evil merge=evil\n",
      ".gitmodules": `[submodule "m"]\n\tpath = m\n\turl = ext::${shell}\n`,
      ".gitconfig": `[filter "evil"]\n\tsmudge = ${shell}\n\trequired = true\n`,
    });
    symlinkSync("/etc/passwd", join(hostile.directory, "passwd"));
    symlinkSync("../../..", join(hostile.directory, "up"));
    symlinkSync("plain.txt", join(hostile.directory, "inside"));
    hostile.git("add", "-A");
    hostile.git("update-index", "--add", "--cacheinfo", `160000,${commit},m`);
    hostile.git("commit", "--quiet", "-m", "hostile");
    writeFileSync(join(hostile.directory, ".git/hooks/post-checkout"), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    const { code: exit, first } = await run(
      job("hostile", { git: { url: `${open.base}/hostile`, ref: "main" }, path: "nb.ipynb" }),
    );
    expect({ exit, verdict: first?.verdict, message: first?.status.message }).toMatchObject({
      exit: 0,
      verdict: "Passed",
    });
    expect(existsSync(trap)).toBe(false);
  });
});

describe("from a local tree", () => {
  test("with a manifest that names no repository; files that Git ignores stay behind", async () => {
    const directory = mkdtempSync(join(root, "tree-"));
    const repository = makeRepository(directory);
    repository.commit({
      "nb.ipynb": notebook(
        code("import os\nassert not os.path.exists('ignored.txt')\nassert os.path.exists('new.txt')"),
      ),
      ".gitignore": "ignored.txt\n",
    });
    writeFiles(directory, { "ignored.txt": "x", "new.txt": "not yet committed" });
    const { code: exit, first } = await run(job("local", local), ["--repo", directory]);
    expect({ exit, verdict: first?.verdict }).toEqual({ exit: 0, verdict: "Passed" });
    expect(first?.status.source?.commit).toMatch(/^tree-[0-9a-f]{40}$/);
    expect(existsSync(join(directory, "nbv-report"))).toBe(false);
  });

  test("the validated tree itself is left as it was", async () => {
    const directory = tree(code("open('made.txt', 'w').write('x')"));
    expect((await run(job("local", local), ["--repo", directory])).code).toBe(0);
    expect(readdirSync(directory)).toEqual(["nb.ipynb"]);
  });

  test("several jobs run one after the other; --job picks one", async () => {
    const directory = tree(code("1 + 1"));
    const text = manifest(job("one", local), job("two", local));
    const both = await run(text, ["--repo", directory]);
    expect(both.report?.jobs.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(["one Passed", "two Passed"]);
    expect(readdirSync(both.reports).sort()).toEqual(["one", "two"]);
    const picked = await run(text, ["--repo", directory, "--job", "two"]);
    expect(picked.report?.jobs.map(({ name }) => name)).toEqual(["two"]);
  });
});

describe("verdicts", () => {
  test("a cell that raises: the notebook fails, and its traceback is told", async () => {
    const directory = tree(
      code("x = 1"),
      code("def divide(by):\n    return x / by\ndivide(0)"),
      code("print('never')"),
    );
    const { code: exit, first, reports } = await run(job("bad", local, once), ["--repo", directory]);
    expect({ exit, verdict: first?.verdict, reason: first?.status.reason }).toEqual({
      exit: 1,
      verdict: "Failed",
      reason: "NotebookError",
    });
    const failing = first?.status.results?.find(({ status }) => status === "Failure");
    expect(failing).toMatchObject({ cellIndex: 1, errorName: "ZeroDivisionError" });
    expect(failing?.traceback).toContain("return x / by");
    expect(readFileSync(join(reports, "junit.xml"), "utf8")).toContain("ZeroDivisionError");
  });

  test("the text report shows what failed", async () => {
    const directory = tree(code("raise ValueError('of no use')"));
    const cwd = mkdtempSync(join(root, "run-"));
    writeFileSync(join(cwd, "job.yaml"), job("bad", local, once));
    const { code: exit, stdout, stderr } = await nbvRun(["job.yaml", "--repo", directory], { cwd });
    expect(exit).toBe(1);
    expect(stdout).toMatch(/Failed \(NotebookError\)/);
    expect(stdout).toContain("ValueError: of no use");
    expect(stderr).toMatch(/✗ cell 0/);
    expect(stdout + stderr).not.toContain("\u001b[");
  });

  test("a cell that takes too long, whatever signals it ignores", async () => {
    const ignore =
      "import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(s, signal.SIG_IGN)\n";
    const directory = tree(code(`${ignore}while True:\n    time.sleep(1)`));
    const { code: exit, first } = await run(job("slow", local, { ...once, cellTimeout: "2s" }), ["--repo", directory]);
    expect({ exit, verdict: first?.verdict, reason: first?.status.reason }).toEqual({
      exit: 1,
      verdict: "Failed",
      reason: "CellTimeout",
    });
  });

  test("a kernel that dies", async () => {
    const directory = tree(code("print('before')"), code("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"));
    const { code: exit, first } = await run(job("dead", local, once), ["--repo", directory]);
    expect({ exit, reason: first?.status.reason }).toEqual({ exit: 1, reason: "KernelDied" });
    expect(first?.status.results?.[0]).toMatchObject({ cellIndex: 0, status: "Success" });
  });

  test("a whole run that takes too long", async () => {
    const directory = tree(code("import time\ntime.sleep(60)"));
    const { code: exit, first } = await run(job("slow", local, once), ["--repo", directory, "--timeout", "6s"]);
    expect({ exit, reason: first?.status.reason }).toEqual({ exit: 1, reason: "TotalTimeout" });
  });
});

test("parameters, variables and Secrets reach the notebook; secret values leave it redacted", async () => {
  const value = "tok-5f1e9c7a2b";
  const directory = tree(
    code("rows = 1", "parameters"),
    code("import os\nassert rows == 7\nassert os.environ['STAGE'] == 'test'\nprint('token', os.environ['TOKEN'])"),
    code("print(os.environ['key_TOKEN'], open(os.environ['SETTINGS'] + '/mode').read())"),
  );
  const text = manifest(
    job(
      "config",
      { ...local, parameters: { rows: 7 } },
      {
        podConfig: {
          containerImage: "registry.example.com/team/notebook:1",
          env: [
            { name: "STAGE", value: "test" },
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: "api", key: "TOKEN" } } },
            { name: "SETTINGS", value: "/etc/settings" },
          ],
          envFrom: [{ prefix: "key_", secretRef: { name: "api" } }],
          volumes: [{ name: "settings", configMap: { name: "settings" } }],
          volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }],
        },
      },
    ),
    secret("api", { TOKEN: value }),
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { mode: "fast" } }),
  );
  const { code: exit, first, everything } = await run(text, ["--repo", directory], { NBV_DEBUG: "1" });
  expect({ exit, verdict: first?.verdict, message: first?.status.message }).toMatchObject({
    exit: 0,
    verdict: "Passed",
  });
  expect(first?.status.results?.at(-1)?.output).toContain("fast");
  expect(everything).not.toContain(value);
});

describe("what can't be run", () => {
  test("a manifest with a mistake: its place, exit 2", async () => {
    const text =
      "apiVersion: mlops.mlops.dev/v1alpha1\nkind: NotebookValidationJob\nmetadata: {name: x}\nspec:\n  notebook:\n    pth: a.ipynb\n";
    const { code: exit, stderr, stdout } = await run(text, ["--repo", root]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toMatch(/job\.yaml:6:5: .*pth/);
  });

  test("a Secret that the manifest does not hold", async () => {
    const text = job("x", local, { podConfig: { envFrom: [{ secretRef: { name: "absent" } }] } });
    const { code: exit, stderr } = await run(text, ["--repo", root]);
    expect(exit).toBe(2);
    expect(stderr).toContain("Secret absent");
  });

  test("a Python that is not there", async () => {
    const cwd = mkdtempSync(join(root, "run-"));
    writeFileSync(join(cwd, "job.yaml"), job("x", local));
    const { code: exit, stderr } = await startNbv(["run", "job.yaml", "--repo", root, "--python", "/no/python"], {
      cwd,
    }).result;
    expect(exit).toBe(2);
    expect(stderr).toContain("/no/python is not there");
  });

  test("a directory that is not there", async () => {
    expect(await run(job("x", local), ["--repo", "/no/such/tree"])).toMatchObject({ code: 2 });
  });
});

test("an interrupt ends everything that was started, and leaves nothing behind", async () => {
  const mark = `nbv-interrupt-${process.pid}`;
  const directory = tree(
    code(
      `import time, subprocess\nsubprocess.Popen(['sleep', '301'], start_new_session=True, env={'MARK': '${mark}'})\ntime.sleep(300)`,
    ),
  );
  const cwd = mkdtempSync(join(root, "run-"));
  const temporary = mkdtempSync(join(root, "tmp-"));
  writeFileSync(join(cwd, "job.yaml"), job("long", local));
  const { PYTHON } = await import("./nbv.js");
  const args = ["run", "job.yaml", "--repo", directory, "--python", PYTHON];
  const { child, result } = startNbv(args, { cwd, env: { TMPDIR: temporary } });
  await until(() => processesWith(mark) > 0);
  child.kill("SIGINT");
  const { code: exit, stderr } = await result;
  expect(exit).toBe(2);
  expect(stderr).toContain("interrupted");
  expect(processesWith(mark)).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
});

/** Live processes whose environment holds the text. */
function processesWith(text: string): number {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").includes(`MARK=${text}`);
    } catch {
      return false;
    }
  }).length;
}

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("waited in vain");
}
