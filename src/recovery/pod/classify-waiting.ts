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
    words: /toomanyrequests|too many requests|rate limit|\b429\b/i,
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
    words:
      /i\/o timeout|no such host|connection (?:refused|reset)|TLS handshake timeout|deadline exceeded|unexpected EOF|temporary failure|server misbehaving|network is unreachable|\b50[0234]\b/i,
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

/** What runtimes say when a container can't be created or started. */
const START_WORDS: readonly WordRule[] = [
  { words: /executable file not found|no such file or directory/i, reason: "CommandNotFound", isFinal: true },
  { words: /runAsNonRoot|run as root|security context|\bscc\b/i, reason: "SecurityContextViolation", isFinal: true },
  { words: /permission denied/i, reason: "PermissionDenied", isFinal: true },
  {
    words: /exec format error/i,
    reason: "RunContainerError",
    errorType: "permanent",
    suggestedAction: ARCHITECTURE_ADVICE,
    isFinal: true,
  },
  {
    words: /deadline exceeded|name .{0,256}is reserved|timeout/i,
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
  const rule = row.rules.find(({ words }) => words.test(message ?? ""));
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
