import type { FailureDetails, FailureReason } from "../reasons/catalogue.js";
import type { BuildLine } from "./build-lines.js";
import { isOfLoadingTool, NETWORK_WORDS } from "./network-trouble.js";

/** What a line of a failed build's log means. */
export interface BuildLogRule {
  readonly pattern: RegExp;
  readonly reason: FailureReason;
  readonly details?: Pick<FailureDetails, "errorType" | "fault" | "suggestedAction" | "recoveries">;
  /** Only where this step failed. */
  readonly step?: "build" | "push";
  /** pip gives up with these words also when it could not ask its index: what it said about it decides. */
  readonly mayBeNetwork?: true;
  /** Whose words these are: of what users run themselves, only those of tools that load something count, or none. @default anybody's */
  readonly saidBy?: "tools" | "builder";
  /** One package is to blame, and other lines than this one tell which and why. */
  readonly isOfPackage?: true;
}

/** Of a registry, index or Git server that knows us too little; a file that may not be opened is none. */
const DENIED_WORDS =
  /unauthorized|(?<!permission )denied|permission denied \(publickey|authentication required|insufficient_scope|no basic auth|HTTP error 40[13]|40[13] (?:Client Error|Forbidden|Unauthorized)|status code 40[13]/i;

const UNTRUSTED_WORDS =
  /x509: |certificate verify failed|CERTIFICATE_VERIFY_FAILED|certificate signed by unknown authority|server gave HTTP response to HTTPS client/;

/** A line of buildah about an image that it reads. */
const PULLING =
  /initializing source|reading manifest|unable to (?:copy|pull) from|creating build container|pinging container registry|error pulling image|Error response from registry/i;

/** No other strategy could do it either. */
const PERMANENT = { errorType: "permanent", recoveries: [] } as const;

/** In this order: the first rule that a line of the log fits wins. pip and buildah say the reason before they give up. */
export const BUILD_LOG_RULES: readonly BuildLogRule[] = [
  { pattern: /THESE PACKAGES DO NOT MATCH THE HASHES/, reason: "DependencyHashMismatch" },
  {
    pattern:
      /Hashes are required in --require-hashes mode|In --require-hashes mode, all requirements must have|^nbv: the environment has no ipykernel, and nothing may be added without a hash/,
    reason: "DependencyHashMissing",
  },
  {
    pattern: /ResolutionImpossible|because these package versions have conflicting dependencies/,
    reason: "DependencyResolution",
  },
  // `pip check`
  {
    pattern: / has requirement .{1,512}, but you have | requires .{1,256}, which is not installed\./,
    reason: "DependencyConflict",
  },
  {
    pattern:
      /No matching distribution found for|Could not find a version that satisfies the requirement|Package '.{1,256}' requires a different Python: /,
    reason: "DependencyNotFound",
    mayBeNetwork: true,
  },
  { pattern: /Could not open requirements file: \[Errno 2\]/, reason: "RequirementsNotFound" },
  {
    pattern: /Invalid requirement: |Could not open requirements file|Invalid constraint: /,
    reason: "RequirementsInvalid",
  },
  {
    // Python's own only where it was raised: tests name it in what they print.
    pattern:
      /signal: killed|Killed signal terminated|^Killed$|exit status 137|^(?:\w{1,64}\.){0,8}\w{0,64}MemoryError(?::|$)|virtual memory exhausted|Cannot allocate memory|cannot allocate memory/,
    reason: "BuildOutOfMemory",
  },
  {
    pattern: /No space left on device|no space left on device|disk quota exceeded/,
    reason: "BuildFailed",
    details: {
      errorType: "transient",
      recoveries: ["retry"],
      suggestedAction: "Raise podConfig.buildConfig.storage, or install fewer packages",
    },
  },
  {
    pattern:
      /Failed building wheel for|metadata-generation-failed|Failed to build installable wheels|subprocess-exited-with-error|error: command '.{1,256}' failed|Getting requirements to build wheel did not run/,
    reason: "BuildFailed",
    mayBeNetwork: true,
    isOfPackage: true,
    details: {
      ...PERMANENT,
      suggestedAction:
        "Require a version that has a wheel for this Python, or use a base image with its compiler and libraries",
    },
  },
  {
    pattern: /error: externally-managed-environment/,
    reason: "BuildFailed",
    details: {
      ...PERMANENT,
      suggestedAction: "Install into a virtual environment, or set PIP_BREAK_SYSTEM_PACKAGES=1 in the Dockerfile",
    },
  },
  { pattern: /the repository has no file /, reason: "DockerfileNotFound", saidBy: "builder" },
  {
    pattern:
      /leads out of the repository|the repository has no directory |unknown instruction|[Uu]nknown instruction|dockerfile parse error|syntax error - can't find|no FROM statement found|no contents in ".{1,512}"|failed to find stage|target stage .{1,128} (?:could not be found|not found)|no stage matching|copier: (?:stat|get): |COPY failed|ADD failed|no items matching glob/,
    reason: "DockerfileInvalid",
    saidBy: "builder",
  },
  {
    pattern:
      /newuidmap|newgidmap|cannot clone: Operation not permitted|unshare.{0,128}[Oo]peration not permitted|(?:mount|overlay).{0,256}(?:operation not permitted|permission denied)|setting up (?:chroot|pivot).{0,128}not permitted/,
    reason: "BuildNotPermitted",
    details: {
      suggestedAction:
        "Allow Pod Security baseline there, or set build.namespace or build.storageDriver: vfs in the operator's configuration",
    },
  },
  {
    pattern: /the registry Secret has no key \.dockerconfigjson/,
    reason: "BuildPushDenied",
    step: "push",
    details: { suggestedAction: "Give spec.podConfig.buildConfig.pushSecret the type kubernetes.io/dockerconfigjson" },
  },
  { pattern: /the registry Secret has no key \.dockerconfigjson/, reason: "BuildImagePull", details: PERMANENT },
  { pattern: DENIED_WORDS, reason: "BuildPushDenied", step: "push" },
  { pattern: both(PULLING, DENIED_WORDS), reason: "BuildImagePull", saidBy: "builder", details: PERMANENT },
  {
    pattern: both(
      PULLING,
      /manifest unknown|not found|no image found in manifest list|name unknown|no match for platform/i,
    ),
    reason: "BuildImagePull",
    saidBy: "builder",
    details: {
      ...PERMANENT,
      suggestedAction: "Check the FROM lines and buildConfig.baseImage: the registry has no such image",
    },
  },
  {
    pattern: UNTRUSTED_WORDS,
    reason: "BuildFailed",
    details: {
      errorType: "permanent",
      fault: "platform",
      suggestedAction:
        "Set network.caBundle, or registry.insecure for a registry that speaks plain http, in the operator's configuration",
    },
  },
  { pattern: NETWORK_WORDS, reason: "BuildNetwork", saidBy: "tools" },
  {
    pattern: DENIED_WORDS,
    reason: "BuildFailed",
    saidBy: "tools",
    details: {
      ...PERMANENT,
      suggestedAction: "Check the credentials of the package index or registry that the message names",
    },
  },
  { pattern: PULLING, reason: "BuildImagePull", saidBy: "builder" },
];

/** Whether the line means what the rule says. */
export function fits({ pattern, saidBy }: BuildLogRule, { words, isOfRun, isOver }: BuildLine): boolean {
  if (isOver) return false;
  const counts = !isOfRun || saidBy === undefined || (saidBy === "tools" && isOfLoadingTool(words));
  return counts && pattern.test(words);
}

/** A line that fits both, in any order. */
function both(one: RegExp, other: RegExp): RegExp {
  return new RegExp(`^(?=.*(?:${one.source}))(?=.*(?:${other.source}))`, "i");
}
