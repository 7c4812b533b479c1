import { NETWORK_WORDS } from "./build/network-trouble.js";
import { classifyBuild } from "./classify-build.js";
import { classifySource } from "./classify-source.js";
import { classifyVerdict } from "./classify-verdict.js";
import type { Failure } from "./failure.js";
import { missingModuleAdvice } from "./missing-module.js";
import { failureOf, isFailureReason } from "./reasons/catalogue.js";
import { SOURCE_REASONS } from "./reasons/run-reasons.js";
import { isTelling, lastWords, logLines, shortDetail } from "./text/log-lines.js";
import { raisedError } from "./text/raised-error.js";
import { RUN_RULES } from "./text/run-rules.js";
import { runnerAccountIn } from "./text/runner-events-in.js";
import { STATE_RULES } from "./text/state-rules.js";
import { NETWORK_ADVICE, textPatternIn } from "./text/text-patterns.js";

/**
 * What the end of a log means of which nobody knows where it is from: a runner's, a fetch's, a build's, kubectl's, Git's,
 * Jupyter's. Names that programs give to what happened come before their words.
 *
 * @returns `undefined` when it tells of a notebook that passed.
 */
export function classifyText(text: string): Failure | undefined {
  const lines = logLines(text);
  const account = runnerAccountIn(lines);
  if (account?.verdict !== undefined) {
    const cell = account.runningCell;
    return classifyVerdict({ kind: "verdict", verdict: account.verdict, ...(cell !== undefined && { cell }) });
  }
  if (account !== undefined) return failureOf("VerdictMissing", { cell: account.runningCell });
  return (
    namedReason(lines) ??
    toldReason(lines) ??
    ofBuild(lines, text) ??
    ofCluster(lines) ??
    ofGit(lines) ??
    ofRun(lines) ??
    raisedError(lines) ??
    ofWords(lines, text)
  );
}

/** `GitAuthFailed: …`: the containers of ours that fetch say by their last line why they failed. */
function namedReason(lines: readonly string[]): Failure | undefined {
  for (const line of lines.slice(-5).reverse()) {
    const [, reason = "", message = ""] = /^([A-Z][a-z]{1,20}[A-Z][A-Za-z]{1,40}): (.+)$/.exec(line) ?? [];
    if (!isFailureReason(reason)) continue;
    if (Object.hasOwn(SOURCE_REASONS, reason)) return classifySource({ reason, message });
    return failureOf(reason, { detail: message });
  }
  return undefined;
}

/** How `nbv run` and `nbv status` head the end of a run, and how kubectl lists the operator's own events about a job. */
const TOLD = [
  /^(?:\S{1,320}: )?(?:Failed|Error) \(([A-Z][A-Za-z]{2,40})\)()/,
  /\bWarning\s{1,20}([A-Z][A-Za-z]{2,40})\s{1,20}notebookvalidationjob\S{0,64}\/\S{1,253}\s{1,20}(.{1,1024})$/i,
];

/** What programs of ours have found out before: the last of it counts. */
function toldReason(lines: readonly string[]): Failure | undefined {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const [, reason = "", message] =
      TOLD.map((told) => told.exec(lines[at] ?? "")).find((found) => found !== null) ?? [];
    // Beneath the heading stands what happened.
    if (isFailureReason(reason)) return failureOf(reason, { message: shortDetail(message || (lines[at + 1] ?? "")) });
  }
  return undefined;
}

/** Lines that only pip, image builders, and the library that these log in to registries with print. */
const BUILD_WORDS =
  /^(?:\[\d{1,3}\/\d{1,3}\] )?STEP \d{1,3}(?:\/\d{1,3})?: |^Collecting \S|^WARNING: Retrying \(Retry\(|\bpip\._vendor\.|^(?:Error|error): (?:error )?(?:building at STEP|creating build container|building image|pushing image|trying to reuse blob)|^(?:Error: )?unable to retrieve auth token: |^ERROR: (?:No matching distribution|Could not find a version|Cannot install|ResolutionImpossible|THESE PACKAGES|Hashes are required|In --require-hashes|Invalid requirement|Could not open requirements file|Package '.{1,256}' requires a different Python|Failed building wheel|HTTP error \d)|ResolutionImpossible|error: externally-managed-environment|^error: build error|dockerfile parse error|Failed building wheel for|metadata-generation-failed/i;

/** Of a builder that was sending the image away. */
const PUSH_WORDS = /pushing image|trying to reuse blob|writing (?:blob|manifest)|initiating layer upload/i;

function ofBuild(lines: readonly string[], text: string): Failure | undefined {
  if (!lines.some((line) => BUILD_WORDS.test(line))) return undefined;
  const step = lines.slice(-3).some((line) => PUSH_WORDS.test(line)) ? "push" : "build";
  const failure = classifyBuild({ reason: "Failed", message: "", step, log: text });
  // Somebody may show the log of a step that ended well.
  const isAboutNothing = failure.reason === "BuildFailed" && failure.errorType === "unknown" && !lines.some(isTelling);
  return isAboutNothing ? undefined : failure;
}

/** What a program says by the way tells of no trouble of its own. */
const IN_PASSING = /^(?:\S{1,64} ){0,3}\[?(?:INFO|DEBUG|TRACE)\b/;

function ofCluster(lines: readonly string[]): Failure | undefined {
  const grave = lines.filter((line) => !IN_PASSING.test(line));
  for (const rule of STATE_RULES) {
    const line = grave.findLast((each) => rule.words.test(each));
    const finding = line === undefined ? undefined : rule.find(shortDetail(line));
    if (finding !== undefined) return failureOf(finding.reason, finding.details);
  }
  return undefined;
}

/** Lines that only Git, its transports and its servers print. */
const GIT_WORDS =
  /^(?:fatal|remote|ssh|git@\S{1,256}): |^error: (?:RPC failed|pathspec|Server does not allow|unable to|could not)|^ERROR: Repository not found|^Host key verification failed|^Cloning into|Permission denied \(publickey|\bearly EOF\b/;

function ofGit(lines: readonly string[]): Failure | undefined {
  const said = lines.filter((line) => GIT_WORDS.test(line));
  if (said.length === 0) return undefined;
  const failure = classifySource({
    message: shortDetail(said.filter((line) => !line.startsWith("Cloning")).join(" ")),
  });
  return failure.reason === "Unknown" ? undefined : failure;
}

function ofRun(lines: readonly string[]): Failure | undefined {
  for (const { words, reason, suggestedAction } of RUN_RULES) {
    const line = lines.findLast((each) => words.test(each));
    if (line === undefined) continue;
    // What the cell raised stands at the end; the name of the error that tells of it, somewhere before.
    const detail = reason === "NotebookError" ? (lastWords(lines) ?? line) : shortDetail(line);
    return failureOf(reason, {
      detail,
      suggestedAction: reason === "ModuleMissing" ? missingModuleAdvice(line) : suggestedAction,
    });
  }
  return undefined;
}

/** Nothing but words: the floor of classification. */
function ofWords(lines: readonly string[], text: string): Failure {
  const found = textPatternIn(text);
  if (found === undefined) {
    const line = lines.findLast((each) => NETWORK_WORDS.test(each));
    if (line !== undefined) {
      return failureOf("Unknown", {
        message: shortDetail(line),
        errorType: "transient",
        suggestedAction: NETWORK_ADVICE,
      });
    }
    return lines.some(isTelling) ? failureOf("Unknown", { detail: lastWords(lines) }) : withoutError(lines);
  }
  const { errorType, pattern, reason, suggestedAction } = found;
  const line = lines.findLast((each) => pattern.test(each));
  const said = line === undefined ? undefined : shortDetail(line);
  // Words with advice of their own are no riddle.
  if (reason === undefined) return failureOf("Unknown", { message: said, errorType, suggestedAction });
  return failureOf(reason, { detail: said, errorType, suggestedAction });
}

function withoutError(lines: readonly string[]): Failure {
  const last = lastWords(lines);
  return failureOf("Unknown", {
    message: `No error is in this log${last === undefined ? "" : `; it ends with: ${last}`}`,
    suggestedAction: "Classify its pod or its build, with the events about it: kubectl get -o yaml",
  });
}
