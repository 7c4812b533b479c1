import { GROUP, KIND, parseJob, parseOperatorConfig } from "../api/index.js";
import { nearest, type Problem } from "../api/problem.js";
import { UserError } from "../api/user-error.js";
import { isJsonObject } from "../kube/json.js";
import { jobAdvice } from "../operator/admission/job-advice.js";
import { inputName } from "./read-input.js";
import { readYaml, type YamlDocument } from "./yaml-document.js";

/** One thing to say about a document, at its place in the file. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly line: number;
  readonly column: number;
  /** `spec.podConfig.env[0].name` */
  readonly field: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** What `nbv check` says about one document. */
export interface CheckedDocument {
  readonly file: string;
  /** Where the document begins, from 1. */
  readonly line: number;
  readonly kind: string;
  /** `namespace/name`, or the name alone. */
  readonly name: string;
  readonly verdict: "valid" | "invalid" | "skipped";
  readonly findings: readonly Finding[];
}

/** How the operator is configured that judges the job later, as far as anybody here can know. */
const SHIPPED_CONFIG = parseOperatorConfig();

/**
 * Judges every NotebookValidationJob in a manifest.
 * @throws UserError when the text is no manifest or holds no job at all.
 */
export function checkManifest(text: string, file: string): CheckedDocument[] {
  const name = inputName(file);
  const documents = readYaml(text, name);
  if (documents.length === 0) throw new UserError({ what: `${name}: is empty` });
  const checked = documents.flatMap((document) => checkDocument(document, name));
  if (checked.every((document) => document.verdict === "skipped")) {
    const kinds = [...new Set(checked.map((document) => document.kind))].sort();
    throw new UserError({ what: `${name}: holds no ${KIND}, only ${kinds.join(", ")}` });
  }
  return checked;
}

function checkDocument(document: YamlDocument, file: string): CheckedDocument[] {
  const { value } = document;
  if (
    !isJsonObject(value) ||
    (value.kind === undefined && value.apiVersion === undefined && value.spec === undefined)
  ) {
    const { line, column } = document.position([], "value");
    throw new UserError({
      what: `${file}:${line}:${column}: is not a Kubernetes object: it has no apiVersion and kind`,
    });
  }
  if (typeof value.kind === "string" && value.kind.endsWith("List") && Array.isArray(value.items)) {
    return value.items.flatMap((item, index) => checkObject(item, document, ["items", index], file));
  }
  return checkObject(value, document, [], file);
}

function checkObject(
  value: unknown,
  document: YamlDocument,
  at: readonly (string | number)[],
  file: string,
): CheckedDocument[] {
  const object = isJsonObject(value) ? value : {};
  const kind = typeof object.kind === "string" ? object.kind : "";
  const about = {
    file,
    line: document.position(at, "value").line,
    kind: kind === "" ? "object without a kind" : kind,
    name: nameOf(object),
  };
  if (!isOurs(object, kind)) return [{ ...about, verdict: "skipped", findings: [] }];
  const parsed = parseJob(value);
  const place = (path: readonly (string | number)[], of: "key" | "value") => document.position([...at, ...path], of);
  if (!parsed.ok) {
    const findings = parsed.problems.map((problem) => findingOf(problem, place(problem.path, anchorOf(problem))));
    return [{ ...about, verdict: "invalid", findings: inDocumentOrder(findings) }];
  }
  const findings = jobAdvice(parsed.job, SHIPPED_CONFIG).map(
    ({ path, field, message }): Finding => ({ severity: "warning", ...place(path, "key"), field, message }),
  );
  return [{ ...about, verdict: "valid", findings: inDocumentOrder(findings) }];
}

function findingOf(problem: Problem, position: { line: number; column: number }): Finding {
  const { field, message, suggestion } = problem;
  return { severity: "error", ...position, field, message, ...(suggestion === undefined ? {} : { suggestion }) };
}

function anchorOf(problem: Problem): "key" | "value" {
  return problem.kind === "unknown-field" || problem.kind === "missing-field" ? "key" : "value";
}

function inDocumentOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Ours by kind, or a slip in the kind or the version of something in our group. */
function isOurs(object: Record<string, unknown>, kind: string): boolean {
  if (kind === KIND) return true;
  const group = typeof object.apiVersion === "string" ? object.apiVersion.split("/")[0] : "";
  return group === GROUP && (kind === "" || nearest(kind, [KIND]) !== undefined);
}

function nameOf(object: Record<string, unknown>): string {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const { namespace, name, generateName } = metadata;
  const shown = typeof name === "string" ? name : typeof generateName === "string" ? `${generateName}*` : "";
  return typeof namespace === "string" && shown !== "" ? `${namespace}/${shown}` : shown;
}
