import { type BuildLine, buildLines } from "./build/build-lines.js";
import { BUILD_LOG_RULES, type BuildLogRule, fits } from "./build/build-log-rules.js";
import { BUILD_SIGNALS } from "./build/build-signals.js";
import { endOfOutput, failingPackage } from "./build/failing-package.js";
import { NETWORK_WORDS, networkBehind } from "./build/network-trouble.js";
import { classifySource } from "./classify-source.js";
import type { Failure } from "./failure.js";
import { type FailureReason, failureOf, isFailureReason } from "./reasons/catalogue.js";
import { lastWords, logLines, shortDetail } from "./text/log-lines.js";
import { errorTypeOfText } from "./text/text-patterns.js";

/** What is known of a failed build: its controller's words, and the end of the failed step's log. */
export interface BuildTrouble {
  /** Reason of the object's condition, such as `PipelineRunTimeout` or `DockerBuildFailed`. */
  readonly reason: string;
  readonly message: string;
  /** Step that failed: `fetch`, `dockerfile`, `build`, `push`. */
  readonly step?: string;
  readonly exitCode?: number;
  /** End of its log. */
  readonly log?: string;
}

/** Most of the words of a fetch that are looked at, in characters: their end. */
const MAX_FETCH_WORDS = 2048;

/** The failure that a failed build means: structured reasons first, then the words of its log. */
export function classifyBuild(trouble: BuildTrouble): Failure {
  const signal = Object.hasOwn(BUILD_SIGNALS, trouble.reason) ? BUILD_SIGNALS[trouble.reason] : undefined;
  if (signal !== undefined && signal.isVague !== true) {
    const isNetwork = signal.isVague === "network" && NETWORK_WORDS.test(trouble.message);
    if (isNetwork) return failureOf("BuildNetwork", { detail: trouble.message });
    return failureOf(signal.reason, { ...signal.details, detail: trouble.message, stage: "build" });
  }
  if (trouble.step === "fetch" || FETCH_REASONS.test(trouble.reason)) return fetchFailure(trouble);
  const said = buildLines(logLines(trouble.log));
  const ofController = logLines(trouble.message).map((text) => ({ text, words: text, isOfRun: false, isOver: false }));
  const fromWords = refusalOf(trouble) ?? ofLines([...said, ...ofController], trouble);
  if (fromWords !== undefined) return fromWords;
  if (signal !== undefined) return failureOf(signal.reason, { ...signal.details, detail: trouble.message });
  // Killed from outside, and not for its memory: nothing that the build did.
  if (trouble.exitCode === 137 || trouble.exitCode === 143) return failureOf("BuildLost", { detail: trouble.message });
  const open = said.filter(({ isOver }) => !isOver);
  const errorType = errorTypeOfText([...open.map(({ words }) => words), trouble.message].join("\n"));
  return failureOf("BuildFailed", { errorType, detail: lastWords(open.map(({ text }) => text)) ?? trouble.message });
}

/** Of OpenShift and Shipwright, whose own Git fetches. */
const FETCH_REASONS = /^(?:FetchSourceFailed|Git[A-Z])/;

/** The fetch names a reason of the catalogue in its last line; Git's own words are understood, too. */
function fetchFailure(trouble: BuildTrouble): Failure {
  const lines = logLines(trouble.log);
  for (const line of [...lines].reverse()) {
    const [, reason = "", message = ""] = /^([A-Z][A-Za-z]{2,40}): (.*)$/.exec(line) ?? [];
    if (isFailureReason(reason)) return { ...classifySource({ reason, message }), stage: "build" };
  }
  const words = lines.length === 0 ? trouble.message : lines.join(" ");
  return { ...classifySource({ message: words.slice(-MAX_FETCH_WORDS) }), stage: "build" };
}

/** What the API server said about a pod that it would not have; the words of a step that ended are those of such a pod. */
function refusalOf({ message, step, exitCode }: BuildTrouble): Failure | undefined {
  if (step !== undefined || exitCode !== undefined) return undefined;
  if (/exceeded quota/.test(message)) {
    return failureOf("QuotaExceeded", {
      detail: message,
      stage: "build",
      budget: "platform",
      fault: "platform",
      suggestedAction: "Raise the quota, lower buildConfig.resources, or wait until other work has finished",
    });
  }
  if (/violates PodSecurity|security context constraint|admission webhook .{1,256} denied/.test(message)) {
    return failureOf("BuildNotPermitted", { detail: message });
  }
  return undefined;
}

function ofLines(lines: readonly BuildLine[], { step, reason }: BuildTrouble): Failure | undefined {
  const failedStep = step ?? (reason === "PushImageToRegistryFailed" ? "push" : undefined);
  const texts = lines.map(({ text }) => text);
  for (const rule of BUILD_LOG_RULES) {
    if (rule.step !== undefined && rule.step !== failedStep) continue;
    const at = lines.findIndex((line) => fits(rule, line));
    if (at >= 0) return failureBy(rule, texts, at);
  }
  return undefined;
}

function failureBy(rule: BuildLogRule, lines: readonly string[], at: number): Failure {
  const end = rule.isOfPackage === true ? endOfOutput(lines, at) : at;
  const network = rule.mayBeNetwork === true ? networkBehind(lines, at, end) : undefined;
  if (network !== undefined) return failureOf("BuildNetwork", { detail: shortDetail(network) });
  const ofPackage = rule.isOfPackage === true ? failingPackage(lines, at) : undefined;
  const detail = ofPackage === undefined ? detailOf(rule.reason, lines, at) : shortDetail(ofPackage);
  return failureOf(rule.reason, { ...rule.details, detail });
}

/** The line itself, and for what it only announces, what follows. */
function detailOf(reason: FailureReason, lines: readonly string[], at: number): string {
  const line = lines[at] ?? "";
  switch (reason) {
    case "DependencyHashMismatch":
      return shortDetail(lines.slice(at + 1, at + 5).join(" ") || line);
    case "DependencyResolution": {
      const causes = lines.filter((each) =>
        /^(?:The user requested|.{1,200} depends on |ERROR: Cannot install)/.test(each),
      );
      return shortDetail([...new Set(causes)].slice(0, 4).join("; ") || line);
    }
    default:
      return shortDetail(line);
  }
}
