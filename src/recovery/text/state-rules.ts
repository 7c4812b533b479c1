import { classifyApi } from "../classify-api.js";
import { EVENT_RULES } from "../events/event-rules.js";
import { evictionOf } from "../pod/classify-pod-status.js";
import { schedulingFinding } from "../pod/classify-scheduling.js";
import type { Finding } from "../pod/classify-waiting.js";
import type { FailureReason } from "../reasons/catalogue.js";

/** How clusters speak of a state in a text: `kubectl describe`, tables of events, a controller's log. */
export interface StateRule {
  readonly words: RegExp;
  find(line: string): Finding | undefined;
}

/** First rule that a line fits, then the last line that fits it. */
export const STATE_RULES: readonly StateRule[] = [
  {
    words: /\bOOMKilled\b|\boom-kill\b|Memory cgroup out of memory|Out of memory: Kill(?:ed)? process/,
    find: because("OOMKilled"),
  },
  {
    words:
      /The node was low on resource|ephemeral local storage usage exceeds|Usage of EmptyDir volume|\bReason:\s{1,20}Evicted\b/,
    find: (line) => ({ reason: evictionOf(line), details: { detail: line } }),
  },
  { words: /\bPreempted (?:by|in order to admit)\b/, find: because("Preempted") },
  { words: /imminent node shutdown/, find: because("NodeShutdown") },
  { words: /active on the node longer than the specified deadline/, find: because("DeadlineExceeded") },
  {
    words: /exceeded quota|violates PodSecurity|unable to validate against any security context constraint/,
    find: refusal,
  },
  { words: /Error from server \((?!NotFound)\w{1,64}\)/, find: refusal },
  { words: /\d\/\d{1,6} nodes are available/, find: schedulingFinding },
  { words: /MountVolume\.|AttachVolume\.|Multi-Attach error/, find: (line) => EVENT_RULES.FailedMount?.find(line) },
  {
    words:
      /Error: (?:secret|configmap) "|couldn't find key .{1,253} in (?:Secret|ConfigMap)|container has runAsNonRoot/,
    find: (line) => event("Failed", from(line, "Error: ", "couldn't find key", "container has runAsNonRoot")),
  },
  {
    words: /not present with pull policy of Never|\bErrImageNeverPull\b/,
    find: (line) => event("ErrImageNeverPull", line),
  },
  {
    words: /\bInvalidImageName\b|couldn't parse image|invalid reference format/,
    find: (line) => event("InspectFailed", line),
  },
  { words: /Failed to pull image/, find: (line) => event("Failed", from(line, "Failed to pull image")) },
  { words: /\bImagePullBackOff\b|Back-off pulling image/, find: (line) => event("BackOff", line) },
  {
    words: /\bErrImagePull\b|pull access denied|manifest unknown|no match for platform in manifest/,
    find: (line) => event("Failed", `Failed to pull image: ${line}`),
  },
  {
    words:
      /OCI runtime|\bStartError\b|\bContainerCannotRun\b|\bRunContainerError\b|executable file not found in \$PATH|\bexec format error\b/,
    find: (line) => event("Failed", `Error: failed to start: ${line}`),
  },
  {
    words: /\bCrashLoopBackOff\b|Back-off restarting failed container/,
    find: (line) => event("BackOff", `restarting: ${line}`),
  },
  { words: /\bCreateContainerError\b/, find: because("CreateContainerError") },
  { words: /\bCreateContainerConfigError\b/, find: because("CreateContainerConfigError") },
];

function because(reason: FailureReason): (line: string) => Finding {
  return (line) => ({ reason, details: { detail: line } });
}

function event(reason: string, message: string): Finding | undefined {
  return EVENT_RULES[reason]?.find(message);
}

/** The line from the first of these words on: before them stand columns. */
function from(line: string, ...words: readonly string[]): string {
  const at = words.map((each) => line.indexOf(each)).find((index) => index >= 0);
  return at === undefined ? line : line.slice(at);
}

/** `Error from server (Forbidden): …`, as kubectl quotes an API server. */
function refusal(line: string): Finding {
  const [, kind, said] = /Error from server \((\w{1,64})\): (.*)/.exec(line) ?? [];
  const { reason, ...details } = classifyApi({ reason: kind ?? "Forbidden", message: said ?? line });
  return { reason, details };
}
