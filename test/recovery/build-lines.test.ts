import { describe, expect, test } from "@jest/globals";
import { type BuildTrouble, classifyBuild } from "../../src/recovery/index.js";

const inBuild = (lines: readonly string[], more: Partial<BuildTrouble> = {}) =>
  classifyBuild({
    reason: "StepFailed",
    message: "exited with code 1: Error",
    step: "build",
    exitCode: 1,
    log: lines.join("\n"),
    ...more,
  });

/** The log of a build that ends with a RUN. */
const ofRun = (instruction: string, ...printed: string[]): string[] => [
  "STEP 1/2: FROM registry.example.org/base:1",
  `STEP 2/2: RUN ${instruction}`,
  ...printed,
  `Error: building at STEP "RUN ${instruction}": while running runtime: exit status 1`,
];

describe("what a RUN prints", () => {
  test.each([
    "Error: reading manifest 1 in registry.example.org/no: unauthorized: go away",
    "reading manifest of the model",
    "denied: requested access to the resource is denied",
    "COPY failed: expected",
    "the repository has no file a.csv",
  ])("is no word of the builder: %s", (line) => {
    const failure = inBuild(ofRun("./selftest.sh", line));
    expect(failure).toMatchObject({ reason: "BuildFailed", errorType: "unknown", fault: "user" });
    expect(failure.suggestedAction).not.toMatch(/credentials|buildConfig/);
  });

  test.each(["/bin/sh: ./selftest.sh: Permission denied", "PermissionError: [Errno 13] Permission denied: '/opt/x'"])(
    "of a file that may not be opened is no matter of credentials: %s",
    (line) => {
      const failure = inBuild(ofRun("./selftest.sh", line));
      expect(failure).toMatchObject({ reason: "BuildFailed", errorType: "permanent" });
      expect(failure.suggestedAction).not.toContain("credentials");
    },
  );

  test.each([
    "ERROR: HTTP error 403 while getting https://pypi.example.org/six.whl",
    "npm error 403 403 Forbidden - GET https://npm.example.org/x",
    "Caused by: HTTP status client error (401 Unauthorized) for url (https://pypi.example.org/simple/six/)",
    "remote: HTTP Basic: Access denied",
    "git@git.example.org: Permission denied (publickey).",
  ])("counts where a tool that loads something was refused: %s", (line) => {
    const failure = inBuild(ofRun("./install.sh", line));
    expect(failure).toMatchObject({ reason: "BuildFailed", errorType: "permanent" });
    expect(failure.suggestedAction).toContain("credentials");
  });

  test("that pip only warns of is no reason; that `pip check` finds is one", () => {
    const conflict = "foo 1.0 requires bar, which is not installed.";
    const warning = [
      "ERROR: pip's dependency resolver does not currently take into account all the packages that are installed. This behaviour is the source of the following dependency conflicts.",
      conflict,
      "baz 2.1 requires six<1, but you have six 1.17.0 which is incompatible.",
      "Successfully installed six-1.17.0",
    ];
    const full = "write error: No space left on device";
    expect(inBuild(ofRun("pip install six && ./train.sh", ...warning, full)).message).toContain(full);
    expect(inBuild(ofRun("pip install six && ./train.sh", ...warning)).reason).toBe("BuildFailed");
    expect(inBuild(ofRun("pip install six && pip check", ...warning, conflict)).reason).toBe("DependencyConflict");
  });

  test("is of no account once another instruction follows", () => {
    const failure = inBuild([
      "STEP 1/3: FROM registry.example.org/base:1",
      "STEP 2/3: RUN pip install six || true",
      "ERROR: No matching distribution found for six",
      "STEP 3/3: COPY a.txt /a.txt",
      'Error: building at STEP "COPY a.txt /a.txt": checking on sources under "/s": copier: stat: "/a.txt": no such file',
    ]);
    expect(failure.reason).toBe("DockerfileInvalid");
  });

  test("is of no account once the image is there", () => {
    const pushed = (line: string) =>
      inBuild(
        [
          "STEP 1/2: FROM registry.example.org/base:1",
          "STEP 2/2: RUN ./selftest.sh",
          "unauthorized: as it should be",
          "COMMIT registry.example.org/train",
          "--> 0123456789ab",
          "Pushing image registry.example.org/train ...",
          line,
        ],
        { reason: "PushImageToRegistryFailed", step: "push" },
      );
    expect(pushed("Error: pushing image: received unexpected HTTP status: 502 Bad Gateway").reason).toBe(
      "BuildNetwork",
    );
    expect(pushed("Error: pushing image: unauthorized: go away").reason).toBe("BuildPushDenied");
  });

  test("counts where the build was killed before its builder said anything", () => {
    const log = ofRun("pip install torch", "MemoryError").slice(0, -1);
    expect(inBuild(log, { exitCode: 137 }).reason).toBe("BuildOutOfMemory");
  });
});

test.each(["echo unauthorized && false", "grep 'connection refused' selftest.log", "./explain 'permission denied'"])(
  "an instruction that the builder repeats is nothing that happened: %s",
  (instruction) => {
    expect(inBuild(ofRun(instruction, "odd"))).toMatchObject({ reason: "BuildFailed", errorType: "unknown" });
  },
);

test("an OpenShift build tells of its RUN in other words", () => {
  const failure = inBuild([
    "STEP 2/2: RUN ./selftest.sh",
    "reading manifest of the model",
    'error: build error: building at STEP "RUN ./selftest.sh": while running runtime: exit status 1',
  ]);
  expect(failure).toMatchObject({ reason: "BuildFailed", errorType: "unknown" });
});

test("a step that ended was refused by nobody, whatever it says about itself", () => {
  const trouble = { reason: "Failed", message: "selftest: exceeded quota; admission webhook x denied" };
  expect(classifyBuild({ ...trouble, step: "build", exitCode: 1 }).reason).toBe("BuildFailed");
  expect(classifyBuild(trouble).reason).toBe("QuotaExceeded");
});
