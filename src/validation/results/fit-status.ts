import type { NotebookValidationJobStatus } from "../../api/index.js";
import { headUtf8 } from "../../api/utf8.js";
import { fitResults, jsonBytes } from "./fit-results.js";

/** Largest status of a job, in bytes of JSON: etcd's own limit is 1.5 MiB for the whole object. */
export const MAX_STATUS_BYTES = 256 * 1024;
const LONGEST_TEXT = 1024;
const SHORT_TEXT = 256;

type Status = NotebookValidationJobStatus;
type Step = (status: Status, excessBytes: number) => Status;

/** What is given up, in this order, until the rest fits: what the report has too comes first. */
const STEPS: readonly Step[] = [
  (status, excess) => withResults(status, jsonBytes(status.results ?? []) - excess, 0.5),
  (status) => shorter(status, "comparisonResult", 0),
  (status) => shorter(status, "educationalFeedback", 5),
  (status) => shorter(status, "validationChecks", 50),
  (status, excess) => withResults(status, jsonBytes(status.results ?? []) - excess, 0),
  (status) => shorter(status, "attempts", 5),
  (status) => texts(status, LONGEST_TEXT),
  (status) => shorter(status, "triggers", 5),
  (status) => shorter(status, "educationalFeedback", 0),
  (status) => shorter(status, "validationChecks", 5),
  (status) => texts(status, SHORT_TEXT),
  ({ modelValidationResult: _, ...status }) => status,
  withoutBuildHistory,
  (status) => shorter(status, "attempts", 1),
];

/**
 * `status`, made small enough. `resultsTruncated` says when something was cut; cells that failed are kept longest. A
 * status that fits is returned as it is.
 *
 * @param maxBytes of compact JSON, at least 16 KiB: what is never cut (counters, conditions, identities) needs room.
 */
export function fitStatus(status: Status, maxBytes: number = MAX_STATUS_BYTES): Status {
  if (jsonBytes(status) <= maxBytes) return status;
  let fitted: Status = { ...status, resultsTruncated: true };
  for (const step of STEPS) {
    const excess = jsonBytes(fitted) - maxBytes;
    if (excess <= 0) break;
    fitted = step(fitted, excess);
  }
  return fitted;
}

/** Results within `budgetBytes`, but not below `least` of what they are now. */
function withResults(status: Status, budgetBytes: number, least: number): Status {
  if (!status.results) return status;
  const { results } = fitResults(status.results, Math.max(2, budgetBytes, least * jsonBytes(status.results)));
  return { ...status, results };
}

/** The image that was built, and the last build, are part of how a run goes on; how it came to that is not. */
function withoutBuildHistory(status: Status): Status {
  if (!status.buildStatus) return status;
  const { attempts, availableImages: _, ...buildStatus } = status.buildStatus;
  return { ...status, buildStatus: { ...buildStatus, ...(attempts && { attempts: attempts.slice(0, 1) }) } };
}

function shorter(
  status: Status,
  field: "educationalFeedback" | "validationChecks" | "attempts" | "triggers" | "comparisonResult",
  most: number,
): Status {
  if (field === "comparisonResult") {
    const { comparisonResult } = status;
    return comparisonResult ? { ...status, comparisonResult: { ...comparisonResult, diffs: [] } } : status;
  }
  const list = status[field];
  return list && list.length > most ? { ...status, [field]: list.slice(0, most) } : status;
}

/** Every text anywhere in the status, cut to `maxBytes`. */
function texts(status: Status, maxBytes: number): Status {
  return cut(status, maxBytes) as Status;
}

function cut(value: unknown, maxBytes: number): unknown {
  if (typeof value === "string") return headUtf8(value, maxBytes);
  if (Array.isArray(value)) return value.map((each) => cut(each, maxBytes));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cut(each, maxBytes)]));
}
