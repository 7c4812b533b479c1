import type { NotebookValidationJob } from "../api/index.js";
import { age } from "./age.js";
import { oneLine } from "./job-findings.js";
import { palette } from "./output.js";

/** Width of a message where there is no terminal to fit it into. */
const MESSAGE_WIDTH = 120;
const LEAST_WIDTH = 20;

export interface TableStyle {
  /** Whether to name the namespaces. */
  readonly namespaces: boolean;
  readonly now: number;
  readonly stream: { readonly isTTY?: boolean; readonly columns?: number };
}

/** Jobs as a table, one line each, in the order of namespace and name. */
export function statusTable(jobs: readonly NotebookValidationJob[], { namespaces, now, stream }: TableStyle): string {
  const titles = ["NAMESPACE", "NAME", "PHASE", "VERDICT", "CELLS", "RETRIES", "AGE", "MESSAGE"];
  const rows = inOrder(jobs).map(({ metadata, status = {} }) =>
    [
      metadata.namespace ?? "",
      metadata.name,
      status.phase ?? "",
      status.verdict ?? "",
      status.cells ?? "",
      String(status.retryCount ?? 0),
      age(metadata.creationTimestamp, now),
      status.message ?? "",
    ].map((text) => oneLine(text, 32_768)),
  );
  const lines = [titles, ...rows].map((cells) => (namespaces ? cells : cells.slice(1)));
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 3, 0);
  const room = stream.isTTY === true ? Math.max(LEAST_WIDTH, (stream.columns ?? 80) - before - 1) : MESSAGE_WIDTH;
  const text = lines.map((cells, index) => {
    const padded = cells.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const line = [...padded, oneLine(cells.at(-1) ?? "", room)].join("   ").trimEnd();
    return index === 0 ? line : painted(line, rows[index - 1]?.[2] ?? "", stream);
  });
  return `${text.join("\n")}\n`;
}

/** Jobs as values for `--output json|yaml`. */
export function statusValues(jobs: readonly NotebookValidationJob[]): object {
  return { jobs: inOrder(jobs).map(jobValue) };
}

/** One job as a value for `--output json|yaml`. */
export function jobValue({ metadata, spec, status = {} }: NotebookValidationJob): object {
  const { name, namespace, creationTimestamp } = metadata;
  const { phase = "", verdict, reason, message } = status;
  return { name, namespace, creationTimestamp, notebook: spec.notebook.path, phase, verdict, reason, message, status };
}

function inOrder(jobs: readonly NotebookValidationJob[]): NotebookValidationJob[] {
  const key = ({ metadata }: NotebookValidationJob) => `${metadata.namespace ?? ""}\0${metadata.name}`;
  return [...jobs].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function painted(line: string, phase: string, stream: { readonly isTTY?: boolean }): string {
  const { red, green, yellow } = palette(stream);
  if (phase === "Failed") return red(line);
  if (phase === "Succeeded") return green(line);
  return phase === "Retrying" ? yellow(line) : line;
}
