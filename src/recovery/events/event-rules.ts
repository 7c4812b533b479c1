import { classifyApi } from "../classify-api.js";
import { missingObjectIn } from "../missing-object.js";
import { evictionOf, POD_REASONS } from "../pod/classify-pod-status.js";
import { schedulingFinding } from "../pod/classify-scheduling.js";
import { classifyStartError, classifyWaiting, type Finding } from "../pod/classify-waiting.js";
import type { FailureReason } from "../reasons/catalogue.js";

/** What events of one reason mean, and which later events say that it is over. */
export interface EventRule {
  /** `undefined` for words that tell of no trouble. */
  find(message: string): Finding | undefined;
  /** @default none: it is never over */
  readonly overcomeBy?: readonly string[];
  /** Words that only sum up what was said before. */
  readonly summary?: RegExp;
}

const RUNNING = ["Created", "Started"];
const PULLED = ["Pulled", ...RUNNING];
/** A kubelet does none of this before all volumes of the pod are mounted and its sandbox is there. */
const MOUNTED = ["Pulling", ...PULLED];

/** A kubelet's word for a waiting state, and nothing else. */
const BARE_STATE = /^(?:Error: )?(?:ErrImagePull|ImagePullBackOff|CrashLoopBackOff)$/;

const MOUNT_WORDS: readonly (readonly [RegExp, FailureReason])[] = [
  [/secret "[^"]*" not found|references non-existent secret key/i, "SecretMissing"],
  [/configmap "[^"]*" not found|references non-existent config key/i, "ConfigMapMissing"],
];

const CONFIG_TROUBLE =
  /(?:secret|configmap) "[^"]{1,253}" not found|couldn't find key|runAsNonRoot|run as root|subPath/i;
const STARTING = /failed to (?:create|start)|OCI runtime|exec: "|oci runtime error/i;

/** By the event's reason, as kubelets, schedulers and controllers name it. */
export const EVENT_RULES: Readonly<Record<string, EventRule>> = {
  FailedScheduling: {
    find: (message) => schedulingFinding(message),
    overcomeBy: ["Scheduled", ...MOUNTED],
  },
  FailedMount: {
    find: mountFinding,
    overcomeBy: MOUNTED,
    summary: /^Unable to attach or mount volumes: /,
  },
  FailedAttachVolume: { find: mountFinding, overcomeBy: ["SuccessfulAttachVolume", ...MOUNTED] },
  FailedMapVolume: { find: mountFinding, overcomeBy: MOUNTED },
  FailedBinding: { find: mountFinding, overcomeBy: ["ProvisioningSucceeded"] },
  ProvisioningFailed: { find: mountFinding, overcomeBy: ["ProvisioningSucceeded"] },
  FailedCreatePodSandBox: {
    find: (message) => ({ reason: "CreateContainerError", details: { detail: message } }),
    overcomeBy: MOUNTED,
  },
  Failed: { find: containerFinding, overcomeBy: PULLED, summary: BARE_STATE },
  InspectFailed: { find: (message) => waiting("InvalidImageName", message), overcomeBy: PULLED },
  ErrImageNeverPull: { find: (message) => waiting("ErrImageNeverPull", message), overcomeBy: PULLED },
  BackOff: {
    find: (message) => waiting(/restarting/.test(message) ? "CrashLoopBackOff" : "ImagePullBackOff", message),
    overcomeBy: PULLED,
    summary: /^Back-off pulling image "[^"]{0,1024}"$/,
  },
  Evicted: { find: (message) => ({ reason: evictionOf(message), details: { detail: message } }) },
  Preempted: { find: (message) => ({ reason: "Preempted", details: { detail: message } }) },
  OOMKilling: { find: (message) => ({ reason: "OOMKilled", details: { detail: message } }) },
  SystemOOM: { find: (message) => ({ reason: "OOMKilled", details: { detail: message } }) },
  TaintManagerEviction: {
    find: (message) => (/^Cancelling/.test(message) ? undefined : { reason: "NodeLost", details: { detail: message } }),
  },
  NodeNotReady: {
    find: (message) => ({ reason: "NodeLost", details: { detail: message } }),
    overcomeBy: ["NodeReady"],
  },
  FailedCreate: { find: refusalFinding, overcomeBy: ["SuccessfulCreate"] },
  ...Object.fromEntries(
    Object.entries(POD_REASONS).map(([name, reason]) => [
      name,
      { find: (message: string) => ({ reason, details: { detail: message } }) },
    ]),
  ),
};

function mountFinding(message: string): Finding {
  const reason = MOUNT_WORDS.find(([words]) => words.test(message))?.[1] ?? "VolumeMountFailed";
  return { reason, details: { detail: message, missing: missingObjectIn(message) } };
}

/** A kubelet says by one event reason what it puts into several states. */
function containerFinding(said: string): Finding | undefined {
  const message = said.replace(/^Error: /, "");
  if (/^Failed to pull image/.test(message)) return waiting("ErrImagePull", message);
  if (BARE_STATE.test(message) || message === "ErrImageNeverPull" || message === "InvalidImageName") {
    return waiting(message, "");
  }
  if (CONFIG_TROUBLE.test(message)) return waiting("CreateContainerConfigError", message);
  if (STARTING.test(message)) return classifyStartError(message);
  if (said.startsWith("Error: ")) return waiting("CreateContainerError", message);
  return undefined;
}

function refusalFinding(message: string): Finding {
  const { reason, ...details } = classifyApi({ reason: "Forbidden", message });
  return { reason, details };
}

function waiting(reason: string, message: string): Finding | undefined {
  return classifyWaiting(reason, message, { name: "", role: "notebook", image: "" });
}
