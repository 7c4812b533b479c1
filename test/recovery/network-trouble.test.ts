import { describe, expect, test } from "@jest/globals";
import { classifyBuild } from "../../src/recovery/index.js";

describe("of a RUN that failed, the network is to blame", () => {
  const inRun = (...said: string[]) =>
    classifyBuild({
      reason: "StepFailed",
      message: "exited with code 1: Error",
      step: "build",
      exitCode: 1,
      log: [
        "STEP 2/3: RUN pip install six",
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'ReadTimeoutError(x)': /simple/six/",
        "STEP 3/3: RUN python selftest.py",
        ...said,
        'Error: building at STEP "RUN python selftest.py": while running runtime: exit status 1',
      ].join("\n"),
    });

  test.each([
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='h', port=443): Read timed out.",
    "ERROR: HTTP error 503 while getting https://pypi.example.org/six.whl",
    "ConnectionError(MaxRetryError(\"HTTPSConnectionPool(host='h'): (Caused by NewConnectionError('x'))",
    "E: Failed to fetch http://deb.example.org/x  Could not connect to h:80, connection timed out",
    "curl: (6) Could not resolve host: example.org",
    "Resolving example.org (example.org)... failed: Temporary failure in name resolution.",
    "npm error network request to https://r failed: Connection reset by peer",
    "fatal: unable to access 'https://git.example.org/a.git/': Could not resolve host: git.example.org",
    "go: example.org/x@v1: dial tcp: lookup proxy.golang.org: no such host",
  ])("if a tool says so that loads something: %s", (line) => {
    expect(inRun(line)).toMatchObject({ reason: "BuildNetwork", fault: "platform" });
  });

  test.each([
    "selftest: Connection refused",
    "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='db'): NewConnectionError('x')",
    "AssertionError: 2 != 3",
  ])("but not if their own program does: %s", (line) => {
    expect(inRun(line)).toMatchObject({ reason: "BuildFailed", fault: "user", budget: "job" });
  });
});
