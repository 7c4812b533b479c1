import { SOURCE_CONTAINER } from "../../validation/index.js";
import { missingObjectIn } from "../missing-object.js";
import type { FailureDetails, FailureReason } from "../reasons/catalogue.js";
import type { Patience } from "../reasons/row.js";
import type { ContainerRole } from "../recoveries-of.js";

/** A reason found in a signal, and what the signal knows better than the catalogue. */
export interface Finding {
  readonly reason: FailureReason;
  readonly details: FailureDetails;
  /** True when waiting can't help, whatever the reason's usual patience. */
  readonly isFinal?: boolean;
  /** @default the reason's usual patience */
  readonly patience?: Patience;
}

interface WordRule {
  readonly words: RegExp;
  readonly reason?: FailureReason;
  readonly errorType?: FailureDetails["errorType"];
  readonly fault?: FailureDetails["fault"];
  readonly suggestedAction?: string;
  readonly isFinal?: boolean;
  /** Whether it says that there is no such image. @default false */
  readonly isAbsence?: boolean;
}

/** The container that waits. */
export interface WaitingContainer {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image: string;
  /** Whether the notebook's image was built for the job. @default false */
  readonly imageIsBuilt?: boolean | undefined;
}

const ARCHITECTURE_ADVICE =
  "Build the image for the nodes' architecture, or choose nodes with spec.podConfig.nodeSelector";

/** What registries and runtimes say when a pull fails. First hit wins; without a hit it is transient. */
const PULL_WORDS: readonly WordRule[] = [
  {
    words: anyOf(/toomanyrequests|too many requests|rate limit/, statusCode("429")),
    reason: "RegistryUnavailable",
    suggestedAction: "Give the pods an imagePullSecret or a mirror: the registry limits anonymous pulls",
  },
  {
    words: /no match for platform|no matching manifest|exec format/i,
    errorType: "permanent",
    suggestedAction: ARCHITECTURE_ADVICE,
  },
  {
    words: /x509|certificate signed by unknown authority|certificate has expired|server gave HTTP response to HTTPS/i,
    errorType: "permanent",
    fault: "platform",
    suggestedAction: "Make the nodes trust the registry's certificate",
  },
  {
    words: anyOf(
      /i\/o timeout|no such host|connection (?:refused|reset)|TLS handshake timeout|deadline exceeded|unexpected EOF|temporary failure|server misbehaving|network is unreachable/,
      statusCode("50[0234]"),
    ),
    reason: "RegistryUnavailable",
  },
  {
    words:
      /unauthorized|authentication required|access denied|denied:|forbidden|no basic auth credentials|insufficient_scope/i,
    errorType: "permanent",
    suggestedAction: "Check the image's name and spec.podConfig.imagePullSecrets: the registry refused the pull",
  },
  {
    words: /manifest unknown|not found|name unknown|does not exist|no such image/i,
    errorType: "permanent",
    isAbsence: true,
    suggestedAction: "Check the image's name and tag: the registry does not have it",
  },
];

/** What kubelets say when a container's configuration can't be put together. */
const CONFIG_WORDS: readonly WordRule[] = [
  {
    words: /runAsNonRoot|run as root|non-numeric user|runAsUser breaks/i,
    reason: "SecurityContextViolation",
    isFinal: true,
  },
  { words: /secret "[^"]*" not found|in secret /i, reason: "SecretMissing" },
  { words: /configmap "[^"]*" not found|in configmap /i, reason: "ConfigMapMissing" },
  { words: /subpath|volume/i, reason: "VolumeMountFailed" },
];

/** What a runtime says of a file that it can't use. */
const UNUSABLE = /executable file not found|no such file or directory|permission denied/i;

/** A runtime that can't start what it consists of itself, in words that it has for the container's command, too. */
const OF_RUNTIME =
  /retrieve OCI runtime error|running (?:\w{1,64} )?hook|fork\/exec |exec: \\?"(?:[^"\s]{0,512}\/)?(?:runc|crun|runsc|youki|kata-runtime|conmon|containerd-shim[\w.-]{0,64}|nvidia-[\w.-]{1,64})\\?"/;

/** What runtimes say when a container can't be created or started. */
const START_WORDS: readonly WordRule[] = [
  { words: both(OF_RUNTIME, UNUSABLE), reason: "CreateContainerError", errorType: "transient" },
  // The container's own command, or the interpreter that its first line names; of crun and gVisor in words of theirs.
  {
    words: ofCommand("no such file or directory", /executable (?:file )?(?:\S{1,512} )?not found/),
    reason: "CommandNotFound",
    isFinal: true,
  },
  { words: /runAsNonRoot|run as root|security context|\bscc\b/i, reason: "SecurityContextViolation", isFinal: true },
  {
    // The working directory is the image's, or the job's.
    words: ofCommand(
      "permission denied",
      /chdir (?:to )?(?:cwd )?\S{1,1024}(?: set in config\.json failed)?: permission denied/,
    ),
    reason: "PermissionDenied",
    isFinal: true,
  },
  {
    words: /exec format error/i,
    reason: "RunContainerError",
    errorType: "permanent",
    suggestedAction: ARCHITECTURE_ADVICE,
    isFinal: true,
  },
  {
    // Any other file is one of the node: a socket, a control group, a driver, a volume.
    words: anyOf(/deadline exceeded|name .{0,256}is reserved|timeout/, UNUSABLE),
    reason: "CreateContainerError",
    errorType: "transient",
  },
];

const WAITING: Readonly<Record<string, { readonly reason: FailureReason; readonly rules: readonly WordRule[] }>> = {
  ErrImagePull: { reason: "ErrImagePull", rules: PULL_WORDS },
  ImagePullBackOff: { reason: "ImagePullBackOff", rules: PULL_WORDS },
  RegistryUnavailable: { reason: "RegistryUnavailable", rules: [] },
  SignatureValidationFailed: { reason: "ImagePullBackOff", rules: [] },
  ImageInspectError: { reason: "ImagePullBackOff", rules: [] },
  ErrImageNeverPull: { reason: "ErrImageNeverPull", rules: [] },
  InvalidImageName: { reason: "InvalidImageName", rules: [] },
  CreateContainerConfigError: { reason: "CreateContainerConfigError", rules: CONFIG_WORDS },
  CreateContainerError: { reason: "CreateContainerError", rules: START_WORDS },
  RunContainerError: { reason: "RunContainerError", rules: START_WORDS },
  StartError: { reason: "RunContainerError", rules: START_WORDS },
  PreCreateHookError: { reason: "CreateContainerError", rules: START_WORDS },
  PreStartHookError: { reason: "RunContainerError", rules: START_WORDS },
  PostStartHookError: { reason: "RunContainerError", rules: START_WORDS },
  CrashLoopBackOff: { reason: "CrashLoopBackOff", rules: [] },
};

const FETCHER_ADVICE =
  "Check fetcherImage of the operator's configuration: its name and tag, and that the nodes may pull it";

const LOST_ADVICE = "Look at what cleans the registry up, and how long pushed images take to show";

/**
 * What a waiting container's reason and message mean; `undefined` for the ordinary ones (`ContainerCreating`,
 * `PodInitializing`) and for reasons that nobody knows yet.
 *
 * @param container the image of the one that fetches the source is the operator's choice, not the job's
 */
export function classifyWaiting(
  reason: string | undefined,
  message: string | undefined,
  { name, role, image, imageIsBuilt = false }: WaitingContainer,
): Finding | undefined {
  const row = reason !== undefined && Object.hasOwn(WAITING, reason) ? WAITING[reason] : undefined;
  if (!row) return undefined;
  const said = row.rules === PULL_WORDS ? withoutReferences(message ?? "", image) : (message ?? "");
  const rule = row.rules.find(({ words }) => words.test(said));
  const aboutImage =
    row.rules === PULL_WORDS || row.reason === "InvalidImageName" || row.reason === "ErrImageNeverPull";
  const isFetchers = aboutImage && name === SOURCE_CONTAINER;
  const isLost = rule?.isAbsence === true && role === "notebook" && imageIsBuilt;
  const subject = isFetchers ? `init container ${name}, image ${image}` : image;
  return {
    reason: rule?.reason ?? row.reason,
    details: {
      detail: [aboutImage ? subject : "", message ?? ""].filter(Boolean).join(": "),
      errorType: isLost ? "transient" : rule?.errorType,
      fault: isFetchers || isLost ? "platform" : rule?.fault,
      suggestedAction: isFetchers ? FETCHER_ADVICE : isLost ? LOST_ADVICE : rule?.suggestedAction,
      missing: row.rules === CONFIG_WORDS ? missingObjectIn(message) : undefined,
    },
    ...(rule?.isFinal && { isFinal: true }),
  };
}

/** Whether a waiting container's reason says what it waits for: the ordinary ones don't. */
export function isTelling(reason: string | undefined): boolean {
  return reason !== undefined && Object.hasOwn(WAITING, reason);
}

/** What a container's creation error means, by its words. Also said by terminated containers that never ran. */
export function classifyStartError(message: string | undefined): Finding {
  const rule = START_WORDS.find(({ words }) => words.test(message ?? ""));
  return {
    reason: rule?.reason ?? "RunContainerError",
    details: { detail: message, errorType: rule?.errorType, suggestedAction: rule?.suggestedAction },
    isFinal: true,
  };
}

/** A file that a runtime was to execute for a container, and could not use so; or what it says of nothing else. */
function ofCommand(unusable: string, unmistakable: RegExp): RegExp {
  return anyOf(
    new RegExp(`exec: \\\\?"[^"]{1,1024}"(?:: stat [^:]{1,1024})?: ${unusable}`),
    new RegExp(`(?<!fork/)\\bexec (?:user process caused:?|/[^:"]{1,1024}:) (?:exec: )?"?${unusable}`),
    new RegExp(`exec container process .{1,1024}: ${unusable}|open executable: ${unusable}`),
    unmistakable,
  );
}

/** Codes of HTTP that stand alone or after a name for them: none in a tag, a port or a digest. */
function statusCode(codes: string): RegExp {
  return new RegExp(`(?:(?<![^\\s(])|(?:status|code)"?[:=]\\s{0,8})(?:${codes})(?=$|[\\s,;.)}"]|:\\s)`);
}

function anyOf(...words: readonly RegExp[]): RegExp {
  return new RegExp(words.map(({ source }) => source).join("|"), "i");
}

/** Words that fit both, in any order. */
function both(one: RegExp, other: RegExp): RegExp {
  return new RegExp(`^(?=[^]*(?:${one.source}))(?=[^]*(?:${other.source}))`, "i");
}

/** As many names as a message may have; it tells of one image, in the job's words and the runtime's. */
const MAX_NAMES = 8;
const QUOTED_REFERENCE = /(?:image|reference) \\?"([^"\\]{1,512})\\?"/gi;

/** What was said about a pull without the image's name, tag and URLs: people choose those, whatever they look like. */
function withoutReferences(message: string, image: string): string {
  const quoted = [...message.matchAll(QUOTED_REFERENCE)].map(([, reference = ""]) => reference);
  const names = [...new Set([image, ...quoted])].filter((name) => name !== "").slice(0, MAX_NAMES);
  const isReference = (token: string) =>
    token.includes("://") ||
    names.some((name) => token.includes(name) && /^[\\"'`:;,.()]*$/.test(token.replace(name, "")));
  return message
    .replace(/reading manifest \S{1,512} in \S{1,512}/g, "reading manifest:")
    .split(/\s+/)
    .filter((token) => !isReference(token))
    .join(" ");
}
