import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { makeRepository } from "../source/git-repository.js";
import { buildNbv, code, job, manifest, nbvRun, notebook, PYTHON, secret, startNbv, writeFiles } from "./nbv.js";
import { Workshop } from "./workshop.js";

jest.setTimeout(90_000);

const workshop = new Workshop();
const { root } = workshop;
const run = workshop.run.bind(workshop);
const tree = workshop.tree.bind(workshop);
const local = { path: "nb.ipynb" };
const once = { retryPolicy: { enabled: false } };

beforeAll(() => buildNbv(), 180_000);
afterAll(() => workshop.close());

describe("from a local tree", () => {
  test("with a manifest that names no repository; files that Git ignores stay behind", async () => {
    const directory = workshop.directory("tree-");
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
    expect(first?.status.attempts?.map(({ image }) => image)).toEqual([expect.stringMatching(/^local:python-3\./)]);
    expect(existsSync(join(directory, "nbv-report"))).toBe(false);
  });

  test("reports that land in the checkout itself don't change what is validated next", async () => {
    const directory = workshop.directory("tree-");
    const commit = makeRepository(directory).commit({ "nb.ipynb": notebook(code("1")) });
    const args = ["--repo", directory, "--report-dir", join(directory, "nbv-report")];
    for (const _ of [1, 2]) expect((await run(job("again", local), args)).first?.status.source?.commit).toBe(commit);
    expect(existsSync(join(directory, "nbv-report/report.json"))).toBe(true);
  });

  test("the validated tree itself is left as it was", async () => {
    const directory = tree(code("open('made.txt', 'w').write('x')"));
    expect((await run(job("local", local), ["--repo", directory])).code).toBe(0);
    expect(readdirSync(directory)).toEqual(["nb.ipynb"]);
  });

  test("two jobs of one name are refused before anything runs", async () => {
    const { code: exit, stderr } = await run(manifest(job("one", local), job("one", local)), [
      "--repo",
      tree(code("1")),
    ]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining("two jobs are named default/one") });
  });

  test("several jobs run one after the other; --job picks one", async () => {
    const directory = tree(code("assert 1 + 1 == 2"));
    const text = manifest(job("one", local), job("two", local));
    const both = await run(text, ["--repo", directory]);
    expect(both.report?.jobs.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(["one Passed", "two Passed"]);
    expect(readdirSync(dirname(both.reports)).sort()).toEqual([".gitignore", "one", "two"]);
    const picked = await run(text, ["--repo", directory, "--job", "two"]);
    expect(picked.report?.jobs.map(({ name }) => name)).toEqual(["two"]);
  });
});

describe("reports", () => {
  const files = ["environment.cdx.json", "executed.ipynb", "junit.xml", "report.html", "report.json", "report.sarif"];

  test("a named directory is taken as it is for one job, and holds one directory per job for several", async () => {
    const directory = tree(code("1"));
    const into = workshop.directory("reports-");
    const both = manifest(job("one", local), job("two", local));
    await run(both, ["--repo", directory, "--report-dir", into, "--job", "two"]);
    expect(readdirSync(into).sort()).toEqual(files);
    await run(both, ["--repo", directory, "--report-dir", join(into, "all")]);
    expect(readdirSync(join(into, "all")).sort()).toEqual([".gitignore", "one", "two"]);
  });

  test("those of an earlier run go, also when the next one comes to nothing; what is not ours stays", async () => {
    const into = workshop.directory("reports-");
    for (const name of [...files, "notes.txt"]) writeFileSync(join(into, name), "old");
    const absent = { path: "absent.ipynb" };
    const { code: exit } = await run(job("x", absent, once), ["--repo", tree(code("1")), "--report-dir", into]);
    expect(exit).not.toBe(0);
    expect(readdirSync(into)).toContain("notes.txt");
    expect(readdirSync(into).filter((name) => name !== "notes.txt" && isOld(join(into, name)))).toEqual([]);
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
    const cwd = workshop.directory("run-");
    writeFileSync(join(cwd, "job.yaml"), job("bad", local, once));
    const { code: exit, stdout, stderr } = await nbvRun(["job.yaml", "--repo", directory], { cwd });
    expect(exit).toBe(1);
    expect(stdout).toMatch(/Failed \(NotebookError\)/);
    expect(stdout).toContain("ValueError: of no use");
    expect(stdout).not.toContain("E1");
    expect(stdout).toContain("the notebook's or the job's own fault");
    expect(stdout).toMatch(/ @ tree-[0-9a-f]{12}\n/);
    expect(stdout).toMatch(/^ {2}nbv-report\/bad\/report\.html$/m);
    expect(stderr).toMatch(/✗ cell 0/);
    expect(stderr).toMatch(/registry\.example\.com\/team\/notebook:1 is not used here: Python 3\.\d+\.\d+ of /);
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
    expect(first?.status.message).toContain("--timeout (it was 6s)");
    expect(first?.reports.map((path) => basename(path))).toContain("report.html");
  });

  test("a cell that still ran when time was up is told as stopped", async () => {
    const directory = tree(code("import time\ntime.sleep(600)"));
    const cwd = workshop.directory("run-");
    writeFileSync(join(cwd, "job.yaml"), job("slow", local, once));
    let stdout = "";
    // On a busy machine the kernel may need most of a short time to come up: then there is no cell to tell of yet.
    for (const limit of ["6s", "20s", "60s"]) {
      ({ stdout } = await nbvRun(["job.yaml", "--repo", directory, "--timeout", limit], { cwd }));
      if (/^ {5}0 {2}/m.test(stdout)) break;
    }
    expect(stdout).toMatch(/^ {5}0 {2}Stopped/m);
    expect(stdout).not.toMatch(/Running|totalTimeout/);
  }, 240_000);
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
    const cwd = workshop.directory("run-");
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

describe("whatever ends the run early", () => {
  /** Starts a run that doesn't end by itself; waits until a process that left its group runs. */
  async function startLong(mark: string) {
    const stray = `subprocess.Popen(['sleep', '301'], start_new_session=True, env={**os.environ, 'MARK': '${mark}'})`;
    const directory = tree(code(`import os, subprocess, time\n${stray}\ntime.sleep(300)`));
    const cwd = workshop.directory("run-");
    const temporary = workshop.directory("tmp-");
    writeFileSync(join(cwd, "job.yaml"), job("long", local));
    const args = ["run", "job.yaml", "--repo", directory, "--python", PYTHON];
    const started = startNbv(args, { cwd, env: { TMPDIR: temporary } });
    await until(() => processesWith(`MARK=${mark}`) > 0);
    return { ...started, temporary };
  }

  test("an interrupt ends everything that was started, and leaves nothing behind", async () => {
    const mark = `nbv-interrupt-${process.pid}`;
    const { child, result, temporary } = await startLong(mark);
    child.kill("SIGINT");
    const { code: exit, stderr } = await result;
    expect(exit).toBe(2);
    expect(stderr).toContain("interrupted");
    expect(processesWith(`MARK=${mark}`)).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("its own violent death takes runner, kernel and all that they started with it", async () => {
    const mark = `nbv-killed-${process.pid}`;
    const { child, result, temporary } = await startLong(mark);
    expect(processesWith(temporary)).toBeGreaterThan(1);
    child.kill("SIGKILL");
    await result;
    await until(() => processesWith(`MARK=${mark}`) + processesWith(temporary) === 0);
  });
});

function isOld(path: string): boolean {
  return readFileSync(path, "utf8") === "old";
}

/** Live processes whose environment holds the text. */
function processesWith(text: string): number {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").includes(text);
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
