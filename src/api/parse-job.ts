import { z } from "zod";
import { excessOf } from "./document-extent.js";
import { fieldText, MAX_PROBLEMS, type Problem, problemsOf } from "./problem.js";
import { prototypeKeys } from "./prototype-keys.js";
import { API_VERSION, GROUP, KIND, NotebookValidationJob } from "./v1alpha1/job.js";
import type { GitSource } from "./v1alpha1/notebook-source.js";
import { NotebookValidationJobSpec } from "./v1alpha1/spec.js";
import { NotebookValidationJobStatus } from "./v1alpha1/status/status.js";
import { withoutNulls } from "./without-nulls.js";

/** The object around spec and status, which are judged on their own. */
const Envelope = NotebookValidationJob.extend({ spec: z.unknown().optional(), status: z.unknown().optional() });

export interface ParseOptions {
  /** Stands in for a missing `spec.notebook.git`: for runs on a working tree instead of a repository. */
  readonly defaultGit?: z.input<typeof GitSource>;
}

export type ParsedJob =
  | { readonly ok: true; readonly job: NotebookValidationJob }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export type ParsedSpec =
  | { readonly ok: true; readonly spec: NotebookValidationJobSpec }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Judges a whole object as the API server and the webhook do: schema, cross-field rules, unknown fields; fills in
 * defaults. The status is never a mistake of the user's: what doesn't fit in it is left out.
 */
export function parseJob(value: unknown, options: ParseOptions = {}): ParsedJob {
  if (!isObject(value)) return { ok: false, problems: [rootProblem("must be an object")] };
  const excess = excessOf(ownPart(value));
  if (excess !== undefined) return { ok: false, problems: [excess] };
  const envelope = Envelope.safeParse(value);
  const problems = envelope.success ? [] : problemsOf(envelope.error, value, Envelope).map(explainIdentity);
  if (isObject(value.metadata))
    problems.push(
      ...nameProblems(value.metadata),
      ...prototypeKeys({ ...value.metadata, managedFields: [] }, ["metadata"]),
    );
  const spec = judgeSpec(value.spec, options, Math.max(0, MAX_PROBLEMS - problems.length));
  if (!spec.ok) problems.push(...spec.problems);
  if (!envelope.success || !spec.ok || problems.length > 0) return { ok: false, problems };
  const { apiVersion, kind, metadata } = envelope.data;
  const status = value.status === undefined || value.status === null ? undefined : readStatus(value.status);
  return {
    ok: true,
    job: {
      apiVersion,
      kind,
      metadata: { ...metadata, name: metadata.name ?? "" },
      spec: spec.spec,
      ...(status === undefined ? {} : { status }),
    },
  };
}

/** Judges a spec alone. Paths of problems begin with `spec`. */
export function parseSpec(value: unknown, options: ParseOptions = {}): ParsedSpec {
  return judgeSpec(value, options, MAX_PROBLEMS);
}

/** @param limit most problems that are named */
function judgeSpec(value: unknown, options: ParseOptions, limit: number): ParsedSpec {
  if (value === undefined || value === null)
    return { ok: false, problems: [specProblem("is required", "missing-field")] };
  if (!isObject(value)) return { ok: false, problems: [specProblem("must be an object", "wrong-type")] };
  // Whatever walks through a spec later may do so without counting its steps.
  const excess = excessOf(value, ["spec"]);
  if (excess !== undefined) return { ok: false, problems: [excess] };
  const cleaned = withGit(withoutNulls(value, NotebookValidationJobSpec), options.defaultGit);
  const result = NotebookValidationJobSpec.safeParse(cleaned);
  const forged = prototypeKeys(value, ["spec"]);
  if (forged.length > 0) return { ok: false, problems: forged.slice(0, Math.max(1, limit)) };
  if (result.success) return { ok: true, spec: result.data };
  const problems = problemsOf(result.error, cleaned, NotebookValidationJobSpec, ["spec"], limit).map(explainMissingGit);
  return { ok: false, problems };
}

/** The parts of a status that make sense, whichever operator wrote it. One that is nested beyond reason has none. */
export function readStatus(value: unknown): NotebookValidationJobStatus {
  if (excessOf(value, ["status"], { maxValues: Number.POSITIVE_INFINITY }) !== undefined) return {};
  const cleaned = withoutNulls(value, NotebookValidationJobStatus);
  const whole = NotebookValidationJobStatus.safeParse(cleaned);
  if (whole.success) return whole.data;
  if (!isObject(cleaned)) return {};
  const kept: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(NotebookValidationJobStatus.shape)) {
    const part = schema.safeParse(cleaned[field]);
    if (part.success && part.data !== undefined) kept[field] = part.data;
  }
  return kept;
}

/** What users write beside the spec: `managedFields` grow with the object and are the API server's. */
function ownPart({ spec: _spec, status: _status, ...rest }: Record<string, unknown>): unknown {
  return isObject(rest.metadata) ? { ...rest, metadata: { ...rest.metadata, managedFields: [] } } : rest;
}

function withGit(spec: unknown, git: ParseOptions["defaultGit"]): unknown {
  if (git === undefined || !isObject(spec) || !isObject(spec.notebook) || spec.notebook.git !== undefined) return spec;
  return { ...spec, notebook: { ...spec.notebook, git } };
}

function explainMissingGit(problem: Problem): Problem {
  if (problem.kind !== "missing-field" || problem.field !== "spec.notebook.git") return problem;
  return {
    ...problem,
    message:
      "is required: name the repository in git.url and git.ref (to validate a notebook of a local directory instead, use `nbv run JOB.yaml --repo DIR`)",
  };
}

function explainIdentity(problem: Problem): Problem {
  if (problem.field === "apiVersion") return { ...problem, message: `must be ${API_VERSION}` };
  if (problem.field === "kind") return { ...problem, message: `must be ${KIND} (group ${GROUP})` };
  return problem;
}

function nameProblems(metadata: Record<string, unknown>): Problem[] {
  const { name, generateName } = metadata;
  const path = ["metadata", "name"];
  const problem = (kind: Problem["kind"], message: string) => [{ path, field: fieldText(path), kind, message }];
  if (name === undefined || name === null || name === "") {
    return generateName === undefined ? problem("missing-field", "is required (or metadata.generateName)") : [];
  }
  if (typeof name !== "string") return [];
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return [];
  return problem(
    "invalid-value",
    "must be lower-case letters, digits, hyphens and dots, at most 253, beginning and ending with a letter or digit",
  );
}

function rootProblem(message: string): Problem {
  return { path: [], field: "", message, kind: "wrong-type" };
}

function specProblem(message: string, kind: Problem["kind"]): Problem {
  return { path: ["spec"], field: "spec", message, kind };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
