import { BUILD_LOG_RULES, type BuildLogRule, NETWORK_WORDS } from "./build/build-log-rules.js";
import { BUILD_SIGNALS } from "./build/build-signals.js";
import { classifySource } from "./classify-source.js";
import type { Failure } from "./failure.js";
import { type FailureReason, failureOf, isFailureReason } from "./reasons/catalogue.js";
import { errorTypeOfText } from "./text-patterns.js";

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

/** Longest log that is looked at, in characters, and longest line: nothing else can hang on a hostile one. */
const MAX_LOG = 64 * 1024;
const MAX_LINE = 2048;
/** Longest part of a line in a message. */
const MAX_DETAIL = 400;

/** The failure that a failed build means: structured reasons first, then the words of its log. */
export function classifyBuild(trouble: BuildTrouble): Failure {
  const signal = Object.hasOwn(BUILD_SIGNALS, trouble.reason) ? BUILD_SIGNALS[trouble.reason] : undefined;
  if (signal !== undefined && signal.isVague !== true) {
    return failureOf(signal.reason, { ...signal.details, detail: trouble.message });
  }
  if (trouble.step === "fetch" || FETCH_REASONS.test(trouble.reason)) return fetchFailure(trouble);
  const fromWords = refusalOf(trouble.message) ?? ofLines(trouble);
  if (fromWords !== undefined) return fromWords;
  if (signal !== undefined) return failureOf(signal.reason, { ...signal.details, detail: trouble.message });
  // Killed from outside, and not for its memory: nothing that the build did.
  if (trouble.exitCode === 137 || trouble.exitCode === 143) return failureOf("BuildLost", { detail: trouble.message });
  const lines = withoutInstructions(linesOf(trouble.log));
  const errorType = errorTypeOfText([...lines, trouble.message].join("\n"));
  return failureOf("BuildFailed", { errorType, detail: lastWords(lines) ?? trouble.message });
}

/** Of OpenShift and Shipwright, whose own Git fetches. */
const FETCH_REASONS = /^(?:FetchSourceFailed|Git[A-Z])/;

/** The fetch names a reason of the catalogue in its last line; Git's own words are understood, too. */
function fetchFailure(trouble: BuildTrouble): Failure {
  const lines = linesOf(trouble.log);
  for (const line of [...lines].reverse()) {
    const [, reason = "", message = ""] = /^([A-Z][A-Za-z]{2,40}): (.*)$/.exec(line) ?? [];
    if (isFailureReason(reason)) return { ...classifySource({ reason, message }), stage: "build" };
  }
  const words = lines.length === 0 ? trouble.message : lines.join(" ");
  return { ...classifySource({ message: words.slice(-MAX_LINE) }), stage: "build" };
}

/** What the API server said about a pod that it would not have. */
function refusalOf(message: string): Failure | undefined {
  if (/exceeded quota/.test(message)) {
    return failureOf("BuildLost", {
      detail: message,
      suggestedAction: "None, if quota gets free: it is tried again. Else raise it, or lower buildConfig.resources",
    });
  }
  if (/violates PodSecurity|security context constraint|admission webhook .{1,256} denied/.test(message)) {
    return failureOf("BuildNotPermitted", { detail: message });
  }
  return undefined;
}

function ofLines(trouble: BuildTrouble): Failure | undefined {
  const lines = [...withoutInstructions(linesOf(trouble.log)), ...linesOf(trouble.message)];
  const step = trouble.step ?? (trouble.reason === "PushImageToRegistryFailed" ? "push" : undefined);
  for (const rule of BUILD_LOG_RULES) {
    if (rule.step !== undefined && rule.step !== step) continue;
    const at = lines.findIndex((line) => rule.pattern.test(line));
    if (at >= 0) return failureBy(rule, lines, at);
  }
  return undefined;
}

/**
 * The lines that were printed while the build ran. buildah also repeats the instructions: when it begins one, and over
 * several lines when it has failed. Their words are no words about what happened.
 */
function withoutInstructions(lines: readonly string[]): string[] {
  const failed = lines.findIndex((line) => /^(?:Error|error): (?:error )?building at STEP "RUN /.test(line));
  const said = failed < 0 ? lines : [...lines.slice(0, failed), ...lines.slice(failed).slice(-1)];
  return said.filter((line) => !/^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: /.test(line));
}

function failureBy(rule: BuildLogRule, lines: readonly string[], at: number): Failure {
  const network = lines.slice(0, at).findLast((line) => /Retry\(|retrying/i.test(line) && NETWORK_WORDS.test(line));
  if (rule.mayBeNetwork === true && network !== undefined) {
    return failureOf("BuildNetwork", { detail: cut(network) });
  }
  return failureOf(rule.reason, { ...rule.details, detail: detailOf(rule.reason, lines, at) });
}

/** The line itself, and for what it only announces, what follows. */
function detailOf(reason: FailureReason, lines: readonly string[], at: number): string {
  const line = lines[at] ?? "";
  switch (reason) {
    case "DependencyHashMismatch":
      return cut(lines.slice(at + 1, at + 5).join(" ") || line);
    case "DependencyResolution": {
      const causes = lines.filter((each) =>
        /^(?:The user requested|.{1,200} depends on |ERROR: Cannot install)/.test(each),
      );
      return cut([...new Set(causes)].slice(0, 4).join("; ") || line);
    }
    default:
      return cut(line);
  }
}

function lastWords(lines: readonly string[]): string | undefined {
  const telling = lines.filter((line) => /error|fail|fatal|denied/i.test(line));
  const line = telling.at(-1) ?? lines.at(-1);
  return line === undefined ? undefined : cut(line);
}

function linesOf(text = ""): string[] {
  return text
    .slice(-MAX_LOG)
    .split(/[\r\n]+/)
    .map((line) => withoutColours(line.slice(0, MAX_LINE)).trim())
    .filter((line) => line !== "");
}

function withoutColours(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told of colours by control characters
  return line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
}

function cut(text: string): string {
  return text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL - 1)}…`;
}
