import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { classifyText, errorTypeOfText, TEXT_PATTERNS } from "../../src/recovery/index.js";
import { signEventLine } from "../../src/validation/index.js";

/** One sentence for every line of the floor, in its order. */
const FLOOR = [
  "Connection to 10.0.0.1 refused",
  "Cannot connect: the docker daemon is not running",
  "timeout while connecting",
  "Out Of Memory",
  "write: no space left on device",
  "fork: Resource temporarily unavailable",
  "network read timeout",
  "Connection was reset by peer",
  "Temporary failure in name resolution",
  "system overloaded",
  "Too many open files",
  "mmap: Cannot allocate memory",
  "Image foo:1 not found",
  "No such image: foo",
  "repository foo not found",
  "invalid runtime configuration",
  "PERMISSION DENIED",
  "access denied for user",
  "authorization has failed",
  "executable file not found in $PATH",
  "bash: foo: command not found",
  "invalid shell command",
] as const;

describe("the floor holds for text of which nothing else is known", () => {
  test("every pattern has its sentence", () => {
    expect(FLOOR.map((text) => TEXT_PATTERNS.findIndex(({ pattern }) => pattern.test(text)))).toEqual(
      TEXT_PATTERNS.map((_, index) => index),
    );
  });

  test.each(FLOOR)("%s", (text) => {
    const expected = errorTypeOfText(text);
    expect(expected).not.toBe("unknown");
    for (const said of [text, text.toUpperCase(), `2026-11-21 10:00:00 ERROR ${text} (attempt 1)\nexit status 1`]) {
      const failure = classifyText(said);
      expect(failure?.errorType).toBe(expected);
      expect(failure?.recoveries.includes("retry")).toBe(expected === "transient");
    }
  });

  test("transient words come first, wherever they stand", () => {
    for (const text of ["permission denied; connection reset by peer", "connection refused\npermission denied"]) {
      expect(classifyText(text)?.errorType).toBe("transient");
    }
  });

  test("what nobody knows is unknown, and says the last words about it", () => {
    expect(classifyText("starting\nERROR: the moon is in the wrong house\nbye")).toMatchObject({
      reason: "Unknown",
      errorType: "unknown",
      message: "It failed for a reason that is not known: ERROR: the moon is in the wrong house",
    });
  });
});

describe("programs that name what happened are believed before their words", () => {
  test.each<[string, string, string, string]>([
    [
      "Git that can't sign in",
      "Cloning into 'repo'...\nfatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
      "GitAuthFailed",
      "permanent",
    ],
    [
      "Git over SSH",
      "git@git.example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
      "GitAuthFailed",
      "permanent",
    ],
    [
      "Git without a network",
      "fatal: unable to access 'https://git.example.com/a.git/': Could not resolve host: git.example.com",
      "GitNetwork",
      "transient",
    ],
    ["our own fetch", "warning: left out 1 link\nGitRefNotFound: no branch main2", "GitRefNotFound", "permanent"],
    [
      "pip",
      "Collecting pandsa==2.1.0\nERROR: No matching distribution found for pandsa==2.1.0",
      "DependencyNotFound",
      "permanent",
    ],
    [
      "pip, after trouble with the network that passed",
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'Connection reset by peer'\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n  six",
      "DependencyHashMismatch",
      "permanent",
    ],
    [
      "buildah that may not push",
      'STEP 3/3: RUN true\nCopying blob sha256:1\nError: pushing image "x": writing blob: denied: requested access to the resource is denied',
      "BuildPushDenied",
      "permanent",
    ],
    [
      "kubectl describe of a container that was killed",
      "    State:          Terminated\n      Reason:       OOMKilled\n      Exit Code:    137",
      "OOMKilled",
      "permanent",
    ],
    [
      "a kernel's log",
      "python invoked oom-killer: gfp_mask=0xcc0\nMemory cgroup out of memory: Killed process 4711 (python)",
      "OOMKilled",
      "permanent",
    ],
    [
      "a table of events",
      '6m  Warning  Failed  pod/train  Failed to pull image "r/x:1": unauthorized: access denied\n6m  Warning  Failed  pod/train  Error: ErrImagePull',
      "ErrImagePull",
      "permanent",
    ],
    [
      "a scheduler",
      "Warning  FailedScheduling  2m  default-scheduler  0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
      "Unschedulable",
      "transient",
    ],
    [
      "a volume",
      'Warning  FailedMount  1m  kubelet  MountVolume.SetUp failed for volume "v" : secret "db" not found',
      "SecretMissing",
      "transient",
    ],
    [
      "kubectl, quoting a quota",
      'Error from server (Forbidden): pods "x" is forbidden: exceeded quota: compute, requested: cpu=4',
      "QuotaExceeded",
      "transient",
    ],
    [
      "a runtime",
      'failed to start container "a": OCI runtime create failed: exec: "python3": executable file not found in $PATH',
      "CommandNotFound",
      "permanent",
    ],
    [
      "nbclient, of a cell that could not connect",
      "nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:\nConnectionRefusedError: [Errno 111] Connection refused",
      "NotebookError",
      "permanent",
    ],
    [
      "nbclient, of a cell that took too long",
      "nbclient.exceptions.CellTimeoutError: A cell timed out while it was being executed, after 600 seconds.",
      "CellTimeout",
      "permanent",
    ],
    ["nbclient, of a kernel", "nbclient.exceptions.DeadKernelError: Kernel died", "KernelDied", "unknown"],
    [
      "jupyter_client",
      "jupyter_client.kernelspec.NoSuchKernel: No such kernel named python3",
      "KernelMissing",
      "permanent",
    ],
    ["a slow node", "RuntimeError: Kernel didn't respond in 60 seconds", "KernelStartFailed", "transient"],
    ["an import", "ModuleNotFoundError: No module named 'sklearn'", "ModuleMissing", "permanent"],
    ["docker", "Error response from daemon: pull access denied for foo", "ErrImagePull", "permanent"],
    ["etcd", "Error from server (Timeout): etcdserver: request timed out", "ApiTransient", "transient"],
  ])("%s", (_what, text, reason, errorType) => {
    expect(classifyText(text)).toMatchObject({ reason, errorType });
  });

  test("a missing module is told with its package, a missing Secret by its name", () => {
    expect(classifyText("ModuleNotFoundError: No module named 'sklearn'")?.suggestedAction).toContain("scikit-learn");
    expect(classifyText('Warning  Failed  1m  kubelet  Error: secret "db" not found')?.missing).toEqual({
      kind: "Secret",
      name: "db",
    });
  });
});

describe("the log of a runner", () => {
  const key = new Uint8Array(32);
  const at = "2026-11-21T10:00:00.000Z";
  const verdict = (passed: boolean) =>
    signEventLine(key, 3, {
      type: "verdict",
      at,
      verdict: passed ? "Passed" : "Failed",
      exitCode: passed ? 0 : 10,
      reason: passed ? "Passed" : "NotebookError",
      message: "Cell 4 raised ConnectionError: connection refused",
      counts: { cells: 5, codeCells: 5, succeeded: 4, failed: 1, skipped: 0, warnings: 0 },
      failingCells: [{ cell: 4, errorName: "ConnectionError", message: "connection refused" }],
      seconds: 1,
    });
  const cellStart = signEventLine(key, 2, { type: "cell-start", at, cell: 4, codeCell: 4 });

  test("tells its verdict itself", () => {
    expect(classifyText(`${cellStart}noise: out of memory\n${verdict(false)}`)).toMatchObject({
      reason: "NotebookError",
      errorType: "permanent",
      message: "Cell 4 raised ConnectionError: connection refused",
    });
  });

  test("of a notebook that passed tells of no failure, whatever the notebook printed", () => {
    expect(classifyText(`permission denied\n${verdict(true)}`)).toBeUndefined();
  });

  test("that breaks off names the cell that was running", () => {
    expect(classifyText(cellStart)).toMatchObject({ reason: "VerdictMissing", cell: 4 });
  });

  test("is not imitated by a line that is none", () => {
    expect(classifyText('{"v":"nbv.v1","event":{"type":"verdict"}}\npermission denied')?.reason).toBe(
      "PermissionDenied",
    );
  });
});

describe("whatever a text holds", () => {
  test("there is an answer of at most 1 KiB, or the news that it passed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        expect(Buffer.byteLength(classifyText(text)?.message ?? "")).toBeLessThanOrEqual(1024);
      }),
    );
  });

  test("secrets in it don't get into the message", () => {
    // Built from parts, so that no scanner takes this file for a leak.
    const token = `ghp_${"a1B2".repeat(9)}`;
    const text = `fatal: unable to access 'https://me:${token}@github.com/a/': Could not resolve host`;
    expect(classifyText(text)?.message).not.toContain(token);
  });

  test("no word of it makes it slow", () => {
    const before = process.cpuUsage();
    for (const word of ["Error: secret ", "connection image ", "fatal: ", "0/3 nodes are available ", "STEP 1/2: "]) {
      classifyText(word.repeat(200_000 / word.length));
      classifyText(`${word}${"a".repeat(200_000)}`);
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000);
  });
});
