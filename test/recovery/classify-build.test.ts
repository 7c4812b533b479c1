import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { BUILD_SIGNALS } from "../../src/recovery/build/build-signals.js";
import { type BuildTrouble, classifyBuild } from "../../src/recovery/index.js";

const inBuild = (log: string, more: Partial<BuildTrouble> = {}): BuildTrouble => ({
  reason: "StepFailed",
  message: '"step-build" exited with code 1: Error',
  step: "build",
  exitCode: 1,
  log,
  ...more,
});

/** As pip 25 and buildah 1.28–1.41 print it. */
const LOGS: readonly (readonly [what: string, log: string, reason: string, errorType: string])[] = [
  [
    "a wrong hash",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.\n    six==1.16.0 from https://pypi.example.org/six.whl:\n        Expected sha256 aaaa\n             Got        bbbb\nerror: build error",
    "DependencyHashMismatch",
    "permanent",
  ],
  [
    "a missing hash",
    "ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements.",
    "DependencyHashMissing",
    "permanent",
  ],
  [
    "an unpinned one in hash mode",
    "ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==.",
    "DependencyHashMissing",
    "permanent",
  ],
  [
    "pins that exclude each other",
    "ERROR: Cannot install numpy==1.26.0 and pandas==2.2.2 because these package versions have conflicting dependencies.\n\nThe conflict is caused by:\n    The user requested numpy==1.26.0\n    pandas 2.2.2 depends on numpy>=2\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
    "DependencyResolution",
    "permanent",
  ],
  ["pip check", "pandas 2.2.2 has requirement numpy>=2, but you have numpy 1.26.0.", "DependencyConflict", "permanent"],
  [
    "pip check, missing",
    "jupyter-client 8.6.0 requires traitlets, which is not installed.",
    "DependencyConflict",
    "permanent",
  ],
  ["no such package", "ERROR: No matching distribution found for pandsa==2.1.0", "DependencyNotFound", "permanent"],
  [
    "no such package, because the index could not be asked",
    "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError(: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution)': /simple/six/\nERROR: Could not find a version that satisfies the requirement six==1.16.0 (from versions: none)\nERROR: No matching distribution found for six==1.16.0",
    "BuildNetwork",
    "transient",
  ],
  [
    "a broken line",
    "ERROR: Invalid requirement: 'pandas=2.1': Expected end or semicolon",
    "RequirementsInvalid",
    "permanent",
  ],
  [
    "no compiler",
    "  error: command 'gcc' failed: No such file or directory\n  ERROR: Failed building wheel for pyyaml",
    "BuildFailed",
    "permanent",
  ],
  [
    "a compiler that ran out of memory",
    "c++: fatal error: Killed signal terminated program cc1plus\nERROR: Failed building wheel for torch",
    "BuildOutOfMemory",
    "permanent",
  ],
  [
    "pip that was killed",
    'Killed\nerror: building at STEP "RUN pip install": while running runtime: exit status 137',
    "BuildOutOfMemory",
    "permanent",
  ],
  [
    "a full disk",
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    "BuildFailed",
    "transient",
  ],
  ["an owned Python", "error: externally-managed-environment", "BuildFailed", "permanent"],
  [
    "an index that is down",
    "ReadTimeoutError(\"HTTPSConnectionPool(host='pypi.example.org', port=443): Read timed out.\")",
    "BuildNetwork",
    "transient",
  ],
  [
    "an index that is busy",
    "ERROR: HTTP error 503 while getting https://pypi.example.org/six.whl",
    "BuildNetwork",
    "transient",
  ],
  [
    "an index that wants to know who it is",
    "ERROR: HTTP error 403 while getting https://pypi.example.org/six.whl",
    "BuildFailed",
    "permanent",
  ],
  [
    "an index nobody vouches for",
    "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate')",
    "BuildFailed",
    "permanent",
  ],
  [
    "a file that is not there",
    'Error: building at STEP "COPY a.txt /a.txt": checking on sources under "/nbv/source": copier: stat: "/a.txt": no such file or directory',
    "DockerfileInvalid",
    "permanent",
  ],
  ["no such instruction", 'Error: Unknown instruction: "RUNN"', "DockerfileInvalid", "permanent"],
  ["a path out of the repository", "../../etc leads out of the repository", "DockerfileInvalid", "permanent"],
  ["no such Dockerfile", "the repository has no file docker/Dockerfile", "DockerfileNotFound", "permanent"],
  [
    "no such base image",
    "Error: creating build container: initializing source docker://registry.example.org/no:1: reading manifest 1 in registry.example.org/no: manifest unknown",
    "BuildImagePull",
    "permanent",
  ],
  [
    "a base image that is not for everybody",
    "Error: creating build container: initializing source docker://quay.io/x/y:1: reading manifest 1 in quay.io/x/y: unauthorized: access to the requested resource is not authorized",
    "BuildImagePull",
    "permanent",
  ],
  [
    "a registry that is away",
    'Error: creating build container: pinging container registry registry.example.org: Get "https://registry.example.org/v2/": dial tcp 10.0.0.1:443: i/o timeout',
    "BuildNetwork",
    "transient",
  ],
  [
    "a registry without TLS",
    'Error: creating build container: pinging container registry registry.example.org:5000: Get "https://registry.example.org:5000/v2/": http: server gave HTTP response to HTTPS client',
    "BuildFailed",
    "permanent",
  ],
  [
    "a node that forbids it",
    "error mounting overlay: mount /var/lib/containers/storage/overlay: operation not permitted",
    "BuildNotPermitted",
    "permanent",
  ],
  [
    "a kernel that may not be added",
    "nbv: the environment has no ipykernel, and nothing may be added without a hash: add it to the requirements and lock them again",
    "DependencyHashMissing",
    "permanent",
  ],
  ["words that nobody knows", "make: *** [all] Error 2", "BuildFailed", "unknown"],
];

describe("what a failed build means", () => {
  test.each(LOGS)("%s", (_what, log, reason, errorType) => {
    expect(classifyBuild(inBuild(log))).toMatchObject({ reason, errorType, stage: "build" });
  });

  test("the message tells what is needed to mend it", () => {
    const message = (log: string) => classifyBuild(inBuild(log)).message;
    expect(message(LOGS[0]?.[1] ?? "")).toContain(
      "six==1.16.0 from https://pypi.example.org/six.whl: Expected sha256 aaaa Got bbbb",
    );
    expect(message(LOGS[3]?.[1] ?? "")).toContain("The user requested numpy==1.26.0; pandas 2.2.2 depends on numpy>=2");
    expect(message("line\nERROR: boom\ntrailing words")).toContain("ERROR: boom");
  });

  test.each([
    ["unauthorized: access to the resource is not authorized", "BuildPushDenied", "permanent"],
    [
      "writing blob: initiating layer upload: denied: requested access to the resource is denied",
      "BuildPushDenied",
      "permanent",
    ],
    ["the registry Secret has no key .dockerconfigjson", "BuildPushDenied", "permanent"],
    ["writing blob: received unexpected HTTP status: 502 Bad Gateway", "BuildNetwork", "transient"],
    [
      'pinging container registry r: Get "https://r/v2/": x509: certificate signed by unknown authority',
      "BuildFailed",
      "permanent",
    ],
  ])("of the push: %s", (log, reason, errorType) => {
    expect(classifyBuild(inBuild(log, { step: "push" }))).toMatchObject({ reason, errorType });
  });

  test("an instruction that is repeated in the log is nothing that happened", () => {
    const log = [
      'STEP 4/9: RUN echo "ERROR: No matching distribution found for x" && pip install --require-hashes -r r.txt',
      "something odd",
      'Error: building at STEP "RUN /bin/sh -ec set -e',
      'echo "THESE PACKAGES DO NOT MATCH THE HASHES"',
      'echo "nbv: the environment has no ipykernel, and nothing may be added without a hash" >&2',
      'exit 1": exit status 1',
    ].join("\n");
    expect(classifyBuild(inBuild(log))).toMatchObject({ reason: "BuildFailed", errorType: "unknown" });
  });

  test("the fetch names its reason itself", () => {
    const log = "warning: left out 1 link\nGitAuthFailed: the server wants credentials: https://git.example.org/a.git";
    expect(classifyBuild(inBuild(log, { step: "fetch" }))).toMatchObject({ reason: "GitAuthFailed", stage: "build" });
    const openshift = {
      reason: "FetchSourceFailed",
      message: "Failed to fetch the input source.",
      log: "fatal: could not read Username for 'https://git.example.org'",
    };
    expect(classifyBuild(openshift)).toMatchObject({ reason: "GitAuthFailed", stage: "build" });
  });

  test.each(Object.entries(BUILD_SIGNALS))(
    "%s is what its controller means by it, whatever the log says",
    (reason, signal) => {
      const failure = classifyBuild({ reason, message: "as it is" });
      expect(failure.reason).toBe(signal.reason);
      const log = "ERROR: No matching distribution found for x";
      expect(classifyBuild({ reason, message: "as it is", log }).reason).toBe(
        signal.isVague === true ? "DependencyNotFound" : signal.reason,
      );
    },
  );

  test("a quota is no prohibition", () => {
    const quota =
      'pods "x" is forbidden: exceeded quota: compute, requested: limits.memory=4Gi, used: 8Gi, limited: 8Gi';
    expect(classifyBuild({ reason: "PodCreationFailed", message: quota })).toMatchObject({
      reason: "BuildLost",
      errorType: "transient",
    });
    const policy = 'pods "x" is forbidden: violates PodSecurity "restricted:latest"';
    expect(classifyBuild({ reason: "PodCreationFailed", message: policy })).toMatchObject({
      reason: "BuildNotPermitted",
    });
  });

  test("a container that was killed from outside is tried again; one that names its memory is not", () => {
    expect(classifyBuild(inBuild("Downloading", { exitCode: 137 }))).toMatchObject({
      reason: "BuildLost",
      errorType: "transient",
    });
    expect(classifyBuild(inBuild("MemoryError", { exitCode: 137 }))).toMatchObject({ reason: "BuildOutOfMemory" });
  });

  test("secrets of a log do not get into the message", () => {
    const log = "ERROR: HTTP error 403 while getting https://user:hunter22@pypi.example.org/six.whl?token=abcdefgh";
    const { message } = classifyBuild(inBuild(log));
    expect(message).not.toMatch(/hunter22|abcdefgh/);
  });

  test("whatever a log holds, there is an answer of at most 1 KiB", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string({ unit: "binary", maxLength: 3000 }),
        fc.option(fc.constantFrom("fetch", "build", "push", "x")),
        (reason, message, log, step) => {
          const failure = classifyBuild({ reason, message, log, ...(step !== null && { step }) });
          expect(Buffer.byteLength(failure.message)).toBeLessThanOrEqual(1024);
        },
      ),
    );
    for (const word of ["mount", " has requirement ", "error: command '", "unshare", "lookup ", "reading manifest "]) {
      const { message } = classifyBuild(inBuild(word.repeat(300_000 / word.length)));
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
    }
  });
});
