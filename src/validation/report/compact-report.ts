import { canonicalJson, type NotebookValidationJobStatus } from "../../api/index.js";
import { headUtf8 } from "../../api/utf8.js";
import { compactReportText } from "./compact-report-text.js";

/** What a job's own status can tell of its last run, for readers who can't or need not read jobs. */
export interface CompactReportRequest {
  readonly job: { readonly name: string; readonly namespace: string };
  /** Path of the notebook in its repository. */
  readonly notebook: string;
  readonly status: NotebookValidationJobStatus;
}

/** Fields of the status that are about the run and not about how it is carried out. */
const FIELDS = [
  "phase",
  "verdict",
  "reason",
  "message",
  "fault",
  "source",
  "runId",
  "startTime",
  "completionTime",
  "duration",
  "cells",
  "resources",
  "environment",
  "validationChecks",
  "educationalFeedback",
  "comparisonResult",
  "results",
  "resultsTruncated",
  "attempts",
] as const satisfies readonly (keyof NotebookValidationJobStatus)[];

/** Largest file of the report, in bytes: two of them and the object's metadata stay below the 1 MiB of a ConfigMap. */
export const MAX_COMPACT_REPORT_BYTES = 448 * 1024;

/**
 * The files of `spec.artifacts.configMap`: `report.json`, the status' own fields about the run, and `report.md` for
 * people. Both come from the status alone, so that an operator which has just started can write them, too, and so that
 * what is kept out of the status (secrets, outputs under `storeOutputs: false`) is kept out of here.
 */
export function compactReport(request: CompactReportRequest): Record<"report.json" | "report.md", string> {
  const { job, notebook } = request;
  // In one order of fields, whoever has handled the status: the same status gives the same text.
  const status = JSON.parse(canonicalJson(request.status)) as NotebookValidationJobStatus;
  const document = {
    version: "nbv.compact-report.v1",
    job,
    notebook,
    ...Object.fromEntries(FIELDS.flatMap((name) => (status[name] === undefined ? [] : [[name, status[name]]]))),
  };
  const pretty = `${JSON.stringify(document, null, 1)}\n`;
  const json = Buffer.byteLength(pretty) <= MAX_COMPACT_REPORT_BYTES ? pretty : `${JSON.stringify(document)}\n`;
  return {
    // A status has its own budget, 256 KiB of compact JSON at most.
    "report.json": json,
    "report.md": headUtf8(compactReportText(request), MAX_COMPACT_REPORT_BYTES),
  };
}
