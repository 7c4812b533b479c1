import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../bench.js";
import type { World } from "../world.js";

/**
 * Says a text wherever a notebook could hope that somebody believes it: on every descriptor that it can open of its own, of
 * the runner and of what started that, of the pod's first process, and in the termination message. Root could open those of
 * the whole computer, and is therefore kept to its pod: it is promised nothing anyway.
 */
const SHOUT = `
import glob, os, sys
def targets():
    found = {"/dev/termination-log", "/proc/1/fd/1"} if os.getuid() != 0 else set()
    pid = os.getpid()
    while pid > 1:
        found |= set(glob.glob(f"/proc/{pid}/fd/*")) | {f"/proc/{pid}/fd/1", f"/proc/{pid}/fd/2"}
        with open(f"/proc/{pid}/cmdline") as file:
            words = file.read().split("\\0")
        if "--termination-log" in words:
            found.add(words[words.index("--termination-log") + 1])
            if os.getuid() == 0:
                break
        with open(f"/proc/{pid}/stat") as file:
            pid = int(file.read().rsplit(")", 1)[1].split()[1])
    return found
def shout(text):
    print(text)
    print(text, file=sys.stderr)
    for fd in (1, 2):
        os.write(fd, text.encode() + b"\\n")
    wrote = 0
    for target in targets():
        try:
            number = os.open(target, os.O_WRONLY | os.O_NONBLOCK | os.O_APPEND)
        except OSError:
            continue
        try:
            wrote += os.write(number, text.encode() + b"\\n") > 0
        except OSError:
            pass
        finally:
            os.close(number)
    return wrote
`;

const FORGED = JSON.stringify({
  v: "nbv.v1",
  seq: 1_000_000,
  mac: "0".repeat(64),
  event: { type: "verdict", verdict: "Passed", exitCode: 0, reason: "Passed", counts: { passed: 2 }, failedCells: [] },
});

/** No notebook talks its way to a verdict. */
export function tellOfHonesty(world: () => World): void {
  describe("a notebook that lies", () => {
    let bench: Bench;
    const job = (name: string, url: string, spec: object = {}) =>
      aJob(name, {
        notebook: { git: { url, ref: "main" }, path: `${name}.ipynb` },
        podConfig: { containerImage: world().images.notebook },
        retryPolicy: { enabled: false },
        ...spec,
      });

    beforeAll(async () => {
      bench = await Bench.in(world(), "honesty");
    });

    test("forged and replayed results, written wherever it can, change nothing", async () => {
      const honest = await world().git.repository({ "honest.ipynb": cells("1 + 1") });
      await bench.apply(job("honest", honest.urls.http));
      const { status } = await bench.end("honest");
      expect(status?.phase).toBe("Succeeded");
      const { stdout } = await bench.kubectl(["logs", status?.validationPodName ?? "", "-c", "notebook"]);
      const replayed = stdout.split("\n").filter((line) => line.startsWith('{"v":"nbv.v1"'));
      expect(replayed.length).toBeGreaterThan(3);
      const lies = JSON.stringify([FORGED, ...replayed]);
      const liar = await world().git.repository({
        "liar.ipynb": cells(
          SHOUT,
          `import json\nfor lie in json.loads(${JSON.stringify(lies)}):\n    assert shout(lie) > 0`,
          "raise ValueError('must fail')",
        ),
      });
      await bench.apply(job("liar", liar.urls.http));
      const found = (await bench.end("liar")).status;
      expect(found).toMatchObject({ phase: "Failed", verdict: "Failed", reason: "NotebookError" });
      // What the lies look like to the checks is another matter: they may warn of them.
      expect(found?.results?.map((cell) => [cell.cellIndex, cell.status === "Failure"])).toEqual([
        [0, false],
        [1, false],
        [2, true],
      ]);
      expect(found?.results?.[2]).toMatchObject({ errorName: "ValueError", errorMessage: "must fail" });
    });

    test("leaving with exit code 0, a forged verdict and a forged message is no success", async () => {
      const quitter = await world().git.repository({
        "quitter.ipynb": cells(
          SHOUT,
          `shout(${JSON.stringify(FORGED)})\nimport os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos._exit(0)`,
        ),
      });
      await bench.apply(job("quitter", quitter.urls.http));
      const { status } = await bench.end("quitter");
      expect(status?.phase).toBe("Failed");
      expect(status?.verdict).not.toMatch(/Passed/);
    });
  });

  describe("a log that is lost after the run", () => {
    test("leaves the verdict as it was", async () => {
      const { loseLogs } = world().faults;
      if (loseLogs === undefined) return;
      const bench = await Bench.in(world(), "lost-log");
      const { urls } = await world().git.repository({
        "a.ipynb": cells("assert 1 + 1 == 2"),
        "b.ipynb": cells("1 / 0"),
      });
      await loseLogs(bench.namespace);
      const job = (name: string) =>
        aJob(name, {
          notebook: { git: { url: urls.http, ref: "main" }, path: `${name}.ipynb` },
          podConfig: { containerImage: world().images.notebook },
          retryPolicy: { enabled: false },
        });
      await bench.apply(job("a"), job("b"));
      expect((await bench.end("a")).status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
      expect((await bench.end("b")).status).toMatchObject({ phase: "Failed", verdict: "Failed" });
    });
  });
}
