import type { RecoveryAction } from "../api/index.js";
import { waitKind } from "../operator/decide/waiting/waiting-for.js";
import type { MissingObject } from "../recovery/index.js";
import { reasonAnchor } from "../recovery/index.js";
import type { Classified, Subject } from "./classify-objects.js";
import { palette, printable } from "./output.js";

const UNSETTLED = {
  byItself: "not yet: it may still get better by itself",
  byPeople: "not yet: for a while the operator waits for somebody to mend it",
} as const;

/** What decides whether an action is taken, where a failure by itself does not tell. */
const CONDITIONS: { readonly [A in RecoveryAction]?: string } = {
  "increase-memory": "if the job sets retryPolicy.memoryBump and a memory limit",
  "fallback-to-prebuilt": "if an image was built for the job, below level staging",
  "skip-init-container": "if the image holds the commit",
};

function actionText(action: RecoveryAction): string {
  const condition = CONDITIONS[action];
  return condition === undefined ? action : `${action} (${condition})`;
}

/** The findings as one value for `--output json|yaml`: the first one itself, further ones under `others`. */
export function classificationValue([first, ...others]: readonly Classified[]): object {
  const failed = others.filter(({ found }) => found !== undefined);
  return {
    ...(first === undefined ? {} : valueOf(first)),
    ...(failed.length > 0 && { others: failed.map(valueOf) }),
  };
}

function valueOf({ subject, found }: Classified): object {
  if (found === undefined) return { subject, failed: false, message: "Nothing has failed" };
  const { reason, errorType, fault, stage, budget, failedContainer, cell, message, suggestedAction } = found.failure;
  const { recoveries, missing } = found.failure;
  const waitsFor = recoveries.includes("wait-for-resolution") ? waitKind(found.failure) : undefined;
  return {
    subject,
    failed: true,
    reason,
    errorType,
    retryable: errorType !== "permanent",
    action: recoveries[0] ?? "none",
    recoveries,
    ...(waitsFor !== undefined && { waitsFor }),
    ...(missing !== undefined && { missing }),
    fault,
    budget,
    stage,
    ...(failedContainer !== undefined && { container: failedContainer }),
    ...(cell !== undefined && { cell }),
    settled: found.isSettled,
    message,
    suggestedAction,
    documentation: reasonAnchor(reason),
  };
}

/** The findings for people. */
export function classificationText(all: readonly Classified[], stream: { readonly isTTY?: boolean }): string {
  const failed = all.filter(({ found }) => found !== undefined);
  const told = failed.length > 0 ? failed : all.slice(0, 1);
  return `${told.map((each) => paragraph(each, stream)).join("\n\n")}\n`;
}

function paragraph({ subject, found }: Classified, stream: { readonly isTTY?: boolean }): string {
  const { red, yellow, green, bold, dim } = palette(stream);
  const name = subjectText(subject);
  if (found === undefined) return `${bold(name)}: ${green("nothing has failed")}`;
  const { failure, isSettled } = found;
  const { reason, errorType, fault, stage, recoveries, cell, message, suggestedAction } = failure;
  const where = failure.failedContainer === undefined ? "" : `, container ${printable(failure.failedContainer)}`;
  const paint = errorType === "permanent" ? red : yellow;
  const facts: [title: string, text: string][] = [
    ["class", `${errorType}, ${fault === "user" ? "the user's" : "the platform's"} fault, stage ${stage}`],
    ["retryable", errorType === "permanent" ? "no" : "yes"],
    ["action", recoveries.length === 0 ? "none" : recoveries.map(actionText).join(", then ")],
    ...(failure.missing === undefined ? [] : [["missing", missingText(failure.missing)] as [string, string]]),
    ...(cell === undefined ? [] : [["cell", String(cell)] as [string, string]]),
    ...(isSettled
      ? []
      : [["settled", UNSETTLED[errorType === "permanent" ? "byPeople" : "byItself"]] as [string, string]]),
    ["message", message],
    ["what to do", suggestedAction],
    ["read on", reasonAnchor(reason)],
  ];
  const lines = facts.map(([title, text]) => `  ${dim(`${title}:`.padEnd(12))} ${printable(text)}`);
  return [`${bold(name + where)}: ${paint(reason)}`, ...lines].join("\n");
}

function subjectText({ kind, namespace, name }: Subject): string {
  const id = [namespace, name].filter((part) => part !== undefined && part !== "").join("/");
  return printable(id === "" ? kind : `${kind} ${id}`);
}

function missingText({ kind, name, key }: MissingObject): string {
  return key === undefined ? `${kind} ${name}` : `key ${key} of ${kind} ${name}`;
}
