import type { NotebookValidationJob } from "../api/index.js";
import { age } from "./age.js";
import { palette } from "./output.js";
import { redactedValue } from "./redacted-value.js";
import { textTable } from "./text-table.js";

export interface TableStyle {
  /** Whether to name the namespaces. */
  readonly namespaces: boolean;
  readonly now: number;
  readonly stream: { readonly isTTY?: boolean; readonly columns?: number };
}

/** Jobs as a table, one line each, in the order of namespace and name. */
export function statusTable(jobs: readonly NotebookValidationJob[], { namespaces, now, stream }: TableStyle): string {
  const titles = ["NAMESPACE", "NAME", "PHASE", "VERDICT", "CELLS", "RETRIES", "AGE", "MESSAGE"];
  const rows = inOrder(jobs).map(({ metadata, status = {} }) => [
    metadata.namespace ?? "",
    metadata.name,
    status.phase ?? "",
    status.verdict ?? "",
    status.cells ?? "",
    String(status.retryCount ?? 0),
    age(metadata.creationTimestamp, now),
    status.message ?? "",
  ]);
  const from = namespaces ? 0 : 1;
  const shown = rows.map((row) => row.slice(from));
  return textTable(titles.slice(from), shown, stream, (line, row) => painted(line, rows[row]?.[2] ?? "", stream));
}

/** Jobs as values for `--output json|yaml`. */
export function statusValues(jobs: readonly NotebookValidationJob[]): object {
  return { jobs: inOrder(jobs).map(jobValue) };
}

/** One job as a value for `--output json|yaml`. */
export function jobValue({ metadata, spec, status = {} }: NotebookValidationJob): object {
  const { name, namespace, creationTimestamp } = metadata;
  const { phase = "", verdict, reason, message } = status;
  const said = redactedValue({ phase, verdict, reason, message, status }) as object;
  return { name, namespace, creationTimestamp, notebook: spec.notebook.path, ...said };
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
