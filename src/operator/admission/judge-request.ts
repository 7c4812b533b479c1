import {
  excessOf,
  fieldText,
  GROUP,
  KIND,
  type NotebookValidationJob,
  type OperatorConfig,
  type Problem,
  parseJob,
} from "../../api/index.js";
import { mayUse } from "../decide/obstacles.js";
import type { AdmissionRequest } from "./admission-review.js";
import { jobAdvice } from "./job-advice.js";
import { withoutKnownProblems } from "./known-problems.js";
import { misspeltFields } from "./misspelt-fields.js";
import { isSameJson } from "./same-json.js";
import { warningList } from "./warning-list.js";

/** What the webhook says about a request. */
export interface AdmissionVerdict {
  readonly allowed: boolean;
  /** Why not, in the words of the API server's own refusals. */
  readonly status?: AdmissionStatus;
  readonly warnings: readonly string[];
}

/** As much of `meta/v1.Status` as a refusal needs. */
export interface AdmissionStatus {
  readonly code: 422;
  readonly reason: "Invalid";
  readonly message: string;
  readonly details: {
    readonly group: string;
    readonly kind: string;
    readonly name: string;
    readonly causes: readonly { readonly reason: string; readonly field: string; readonly message: string }[];
  };
}

const ALLOWED: AdmissionVerdict = { allowed: true, warnings: [] };
/** Longest name of an object, in characters. */
const MAX_NAME = 253;
/** Longest sentence about all of them, in characters. */
const MAX_MESSAGE = 4096;

/**
 * Judges what the reconciler would judge later (`SpecValid`), by the same contract. Pure.
 * Whatever doesn't change a spec (deletions, status, labels, finalizers) is allowed without a look at the object, even when
 * the API server asks for it.
 */
export function judgeRequest(request: AdmissionRequest, config: OperatorConfig): AdmissionVerdict {
  const { operation, subResource, object, oldObject } = request;
  if (operation === "DELETE" || operation === "CONNECT" || subResource !== "") return ALLOWED;
  const isUpdate = operation === "UPDATE";
  if (isUpdate && (isGoingAway(object) || isSameJson(specOf(object), specOf(oldObject)))) return ALLOWED;
  const parsed = judged(object, config);
  const { fresh, known } = isUpdate
    ? changesIn(parsed, object, judged(oldObject, config), oldObject)
    : { fresh: [...parsed.problems, ...parsed.access], known: [] };
  const misspelt = misspeltFields(object, isUpdate ? oldObject : undefined);
  if (fresh.length > 0) return { allowed: false, status: refusal(request, fresh), warnings: warningList(misspelt) };
  const lasting = known.map(({ field, message }) => `${field}: ${message}; the job can't run until that is corrected`);
  const advice = parsed.job === undefined ? [] : jobAdvice(parsed.job, config);
  return {
    allowed: true,
    warnings: warningList([...misspelt, ...lasting, ...advice.map(({ field, message }) => `${field}: ${message}`)]),
  };
}

interface Judged {
  /** Mistakes by the contract. */
  readonly problems: readonly Problem[];
  /** What the operator's configuration forbids. */
  readonly access: readonly Problem[];
  /** Absent when the contract is broken. */
  readonly job?: NotebookValidationJob;
}

function judged(object: unknown, config: OperatorConfig): Judged {
  const access = forbiddenAccounts(object, config);
  try {
    const parsed = parseJob(withoutVastStatus(object));
    return parsed.ok ? { problems: [], access, job: parsed.job } : { problems: parsed.problems, access };
  } catch (error) {
    // The bounds on depth are meant to forestall this.
    if (!(error instanceof RangeError)) throw error;
    return {
      problems: [{ path: ["spec"], field: "spec", kind: "unjudged", message: "is nested too deeply" }],
      access,
    };
  }
}

/** Only advice depends on the status: one that takes long to read is not worth it. */
function withoutVastStatus(object: unknown): unknown {
  if (typeof object !== "object" || object === null || !("status" in object)) return object;
  return excessOf(object.status) === undefined ? object : { ...object, status: undefined };
}

/** What an update brings, and what was wrong before. */
function changesIn(now: Judged, object: unknown, before: Judged, oldObject: unknown) {
  const contract = withoutKnownProblems(now.problems, object, before.problems, oldObject);
  const access = withoutKnownProblems(now.access, object, before.access, oldObject);
  return { fresh: [...contract.fresh, ...access.fresh], known: [...contract.known, ...access.known] };
}

/** The notebook's ServiceAccount, and the build's if the job names one. */
function forbiddenAccounts(object: unknown, config: OperatorConfig): Problem[] {
  const { podConfig } = (specOf(object) ?? {}) as { podConfig?: (Accounts & { buildConfig?: Accounts | null }) | null };
  return [
    ...forbiddenAccount(["podConfig"], podConfig?.serviceAccountName ?? "default", config),
    ...forbiddenAccount(["podConfig", "buildConfig"], podConfig?.buildConfig?.serviceAccountName, config),
  ];
}

interface Accounts {
  readonly serviceAccountName?: unknown;
}

function forbiddenAccount(place: readonly string[], name: unknown, config: OperatorConfig): Problem[] {
  if (typeof name !== "string" || mayUse(name, config)) return [];
  const path = ["spec", ...place, "serviceAccountName"];
  const allowed = config.access.serviceAccounts.join(", ");
  const message = `must be one of ${allowed}, is ${JSON.stringify(name.slice(0, MAX_NAME))}: the operator's configuration allows no other (access.serviceAccounts)`;
  return [{ path, field: fieldText(path), kind: "invalid-value", message }];
}

function refusal({ object, name }: AdmissionRequest, problems: readonly Problem[]): AdmissionStatus {
  const shown = (name === "" ? generatedName(object) : name).slice(0, MAX_NAME);
  const sentence = problems.map(({ field, message }) => `${field} ${message}`.trim()).join("; ");
  const message = `${KIND}.${GROUP} ${JSON.stringify(shown)} is invalid: ${sentence}`;
  return {
    code: 422,
    reason: "Invalid",
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
    details: {
      group: GROUP,
      kind: KIND,
      name: shown,
      causes: problems.map(({ field, kind, message: what }) => ({
        reason: CAUSES[kind],
        field: field || "<root>",
        message: what,
      })),
    },
  };
}

/** Reasons of `StatusCause` (k8s.io/apimachinery, pkg/apis/meta/v1/types.go). */
const CAUSES: Readonly<Record<Problem["kind"], string>> = {
  "unknown-field": "FieldValueForbidden",
  "missing-field": "FieldValueRequired",
  "wrong-type": "FieldValueTypeInvalid",
  "invalid-value": "FieldValueInvalid",
  unjudged: "FieldValueInvalid",
};

function generatedName(object: unknown): string {
  const { metadata } = (object ?? {}) as { metadata?: { generateName?: unknown } };
  return typeof metadata?.generateName === "string" ? metadata.generateName : "";
}

function specOf(object: unknown): unknown {
  return (object as { spec?: unknown } | null | undefined)?.spec;
}

function isGoingAway(object: unknown): boolean {
  const { metadata } = (object ?? {}) as { metadata?: { deletionTimestamp?: unknown } };
  return metadata?.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null;
}
