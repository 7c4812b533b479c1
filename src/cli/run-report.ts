import { isAbsolute, relative } from "node:path";
import type { NotebookValidationJob } from "../api/index.js";
import { findingsText, shortCommit, verdictText } from "./job-findings.js";
import { palette, printable } from "./output.js";

/** What `nbv run` reports about one job. */
export interface JobReport {
  readonly job: NotebookValidationJob;
  /** Report files, as paths that can be opened from here. */
  readonly reports: readonly string[];
}

/** A job's outcome as a value for `--output json|yaml`. */
export function reportValue({ job, reports }: JobReport): object {
  const { name, namespace } = job.metadata;
  const { managedFields: _, ...metadata } = job.metadata;
  return { name, namespace, verdict: job.status?.verdict ?? "Error", metadata, status: job.status ?? {}, reports };
}

/** A job's outcome for people. @param stream decides about colours */
export function reportText({ job, reports }: JobReport, stream: { isTTY?: boolean }): string {
  const { bold, dim } = palette(stream);
  const { status = {} } = job;
  const commit = shortCommit(status.source?.commit);
  const lines = [
    `${bold(printable(job.metadata.name))}  ${printable(job.spec.notebook.path)}${commit === undefined ? "" : dim(`  @ ${commit}`)}`,
    ...findingsText(job, stream),
    verdictText(job, stream),
    ...reports.map((path) => dim(`  ${printable(fromHere(path))}`)),
    ...(reports.length === 0 && status.verdict !== undefined ? [dim("  No report files: none could be kept.")] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A path as one would type it: relative where it lies below the working directory. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) || short === "" ? path : short;
}
