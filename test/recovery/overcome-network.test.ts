import { describe, expect, test } from "@jest/globals";
import { classifyBuild } from "../../src/recovery/index.js";

const INSTALL = "pip install -r requirements.txt";
const retry = (name: string, total = 4) =>
  `WARNING: Retrying (Retry(total=${total}, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/${name}/`;

const afterRun = (...printed: string[]) =>
  classifyBuild({
    reason: "StepFailed",
    message: "exited with code 1: Error",
    step: "build",
    exitCode: 1,
    log: [
      `STEP 3/4: RUN ${INSTALL}`,
      ...printed,
      `Error: building at STEP "RUN ${INSTALL}": while running runtime: exit status 1`,
    ].join("\n"),
  });

const NONE = "ERROR: Could not find a version that satisfies the requirement pandsa==2.0 (from versions: none)";
const COLLECTED = ["Collecting mysqlclient==2.1.0", "  Downloading mysqlclient-2.1.0.tar.gz (87 kB)"];
const NO_COMPILER = [
  "  error: command 'gcc' failed: No such file or directory",
  "  ERROR: Failed building wheel for mysqlclient",
];
const ISOLATED = [
  "  Installing build dependencies: finished with status 'error'",
  "  error: subprocess-exited-with-error",
  "  × pip subprocess to install build dependencies did not run successfully.",
  "  │ exit code: 1",
  "  ╰─> [3 lines of output]",
];
const END = [
  "      [end of output]",
  "  note: This error originates from a subprocess.",
  "error: subprocess-exited-with-error",
];
const SUMMED_UP = [
  "× pip subprocess to install build dependencies did not run successfully.",
  "│ exit code: 1",
  "╰─> See above for output.",
];

describe("a network that came back is not to blame", () => {
  test.each([
    ["as setuptools tells of it", ["Building wheels for collected packages: mysqlclient", ...NO_COMPILER]],
    ["at once", NO_COMPILER],
  ])("for a package that can't be built: %s", (_what, lines) => {
    const failure = afterRun(retry("mysqlclient"), ...COLLECTED, ...lines);
    expect(failure).toMatchObject({ reason: "BuildFailed", errorType: "permanent", fault: "user" });
    expect(failure.message).toContain("package mysqlclient can't be built from its sources");
  });

  test("for one whose output alone tells that its build had begun", () => {
    const begun = [
      "error: subprocess-exited-with-error",
      "╰─> [2 lines of output]",
      "ModuleNotFoundError: No module named 'numpy'",
    ];
    expect(afterRun(retry("mysqlclient"), ...begun, ...END)).toMatchObject({
      reason: "BuildFailed",
      errorType: "permanent",
    });
  });

  test.each([
    ["an index that listed others", [NONE.replace("none", "0.1, 0.2")]],
    ["packages that came after it", ["Collecting numpy", "  Using cached numpy-2.0.0.whl (19 MB)", NONE]],
    ["releases that were left out", ["ERROR: Ignored the following yanked versions: 2.0", NONE]],
    ["one for another Python", ["ERROR: Package 'foo' requires a different Python: 3.8.1 not in '>=3.10'"]],
  ])("for a package that is not there: %s", (_what, lines) => {
    expect(afterRun(retry("pandsa"), ...lines)).toMatchObject({ reason: "DependencyNotFound", errorType: "permanent" });
  });

  test("for what the same instruction does once everything is installed", () => {
    const installed = ["Collecting six", "Installing collected packages: six", "Successfully installed six-1.17.0"];
    const failure = afterRun(retry("six"), ...installed, "AssertionError: 2 != 3");
    expect(failure).toMatchObject({ reason: "BuildFailed", errorType: "unknown", fault: "user", budget: "job" });
    expect(failure.message).not.toContain("Retrying");
  });
});

describe("a network that stayed away is", () => {
  test.each([
    ["of the index", [retry("pandsa", 1), retry("pandsa", 0), NONE]],
    ["after other packages had come", [...COLLECTED, retry("pandsa"), NONE]],
    ["before, too", [retry("mysqlclient"), ...COLLECTED, retry("pandsa"), NONE]],
    ["of what a package is built with", [...COLLECTED, ...ISOLATED, retry("setuptools"), NONE, ...END, ...SUMMED_UP]],
    ["in whatever words that ends", [...COLLECTED, ...ISOLATED, retry("setuptools"), ...END, ...SUMMED_UP]],
  ])("%s", (_what, lines) => {
    expect(afterRun(...lines)).toMatchObject({ reason: "BuildNetwork", errorType: "transient", fault: "platform" });
  });
});

describe("memory", () => {
  test.each(["E MemoryError expected in test_mem PASSED", "test_memory.py::test_raises_MemoryError PASSED"])(
    "that a test only speaks of was not short: %s",
    (line) => {
      expect(afterRun(line, "FAILED test_x - AssertionError").reason).toBe("BuildFailed");
    },
  );

  test.each([
    "MemoryError",
    "      MemoryError: ",
    "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 64 GiB",
  ])("that an exception tells of was: %s", (line) => {
    expect(afterRun("Traceback (most recent call last):", line).reason).toBe("BuildOutOfMemory");
  });
});
