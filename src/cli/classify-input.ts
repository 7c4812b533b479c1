import { z } from "zod";
import { UserError } from "../api/user-error.js";
import { isJsonObject } from "../kube/json.js";
import { readYaml, refuseDepth } from "./yaml-document.js";

/** Largest input that is read, in bytes: logs are longer than manifests, and their end counts. */
export const MAX_CLASSIFIED_BYTES = 64 * 1024 * 1024;

const ABSENT_IF_NULL = (value: unknown) => value ?? undefined;
const Texts = z.preprocess(ABSENT_IF_NULL, z.record(z.string(), z.string()).optional());

/** An object as a cluster shows it; kubectl create --dry-run prints nulls. */
export const SeenObject = z.looseObject({
  apiVersion: z.string().default("v1"),
  kind: z.string().min(1),
  metadata: z
    .looseObject({
      name: z.string().default(""),
      namespace: z.string().optional(),
      uid: z.string().optional(),
      creationTimestamp: z.preprocess(ABSENT_IF_NULL, z.string().optional()),
      labels: Texts,
      annotations: Texts,
    })
    .default({ name: "" }),
});
export type SeenObject = z.infer<typeof SeenObject>;

/** What somebody wants to be classified. */
export type ClassifyInput =
  | { readonly kind: "objects"; readonly objects: readonly SeenObject[] }
  | { readonly kind: "text"; readonly text: string };

/** How objects begin, in YAML and JSON; `[INFO]` begins a log. */
const BEGINS = /^\s*(?:\{|\[\s*[{["\]]|---|#|(?:apiVersion|kind|items|metadata):)/;
/** As a field of its own, not as a word of a comment. */
const NAMES_KIND = /(?:^[ \t]{0,64}(?:- )?|[{,]\s{0,64})["']?kind["']?\s{0,64}:/m;

/**
 * Kubernetes objects where the text holds some, lists taken apart; else the text itself, as a log.
 * @throws UserError for what begins like objects and is none, for what tells of its failures itself, and for nothing
 */
export function classifyInput(text: string, name: string): ClassifyInput {
  if (text.trim() === "") {
    throw new UserError({ what: `${name}: is empty`, fix: "give an object (kubectl get -o yaml) or a log" });
  }
  if (FOUND_NOTHING.test(text)) {
    throw new UserError({
      what: `${name}: kubectl found nothing: ${text.trim()}`,
      fix: "name an object that is there",
    });
  }
  refuseDocument(text, name);
  if (!BEGINS.test(text) || !NAMES_KIND.test(text) || isLogOfJson(text)) return { kind: "text", text };
  const objects = valuesOf(text, name).flatMap((value) => objectsIn(value, name));
  return { kind: "objects", objects };
}

/** All that kubectl says of objects that are not there. */
const FOUND_NOTHING = /^\s*(?:Error from server \(NotFound\): [^\n]{1,1024}|No resources found[^\n]{0,300})\s*$/;

/** Fields by which documents are known that are neither objects nor logs, and what they are. */
const DOCUMENTS = [
  ["nbformat", "a notebook", "nbv run tells why it fails, nbv lint what is unwise in it"],
  ["runnerVersion", "the report of a run", "its verdict says why; report.html beside it is for people"],
] as const;

function refuseDocument(text: string, name: string): void {
  if (!/^\s*\{/.test(text)) return;
  const found = DOCUMENTS.find(([field]) => text.includes(`"${field}"`));
  const value = found && parsedJson(text);
  if (found === undefined || !isJsonObject(value) || !(found[0] in value)) return;
  throw new UserError({ what: `${name}: is ${found[1]}, not a log`, fix: found[2] });
}

/** A log of one JSON document per line: each is complete by itself, and no object of a cluster. */
function isLogOfJson(text: string): boolean {
  const [first = "", ...more] = text.trim().split("\n", 2);
  const value = parsedJson(first);
  if (!isJsonObject(value)) return false;
  if (more.length > 0) return !("kind" in value && "apiVersion" in value);
  return !["apiVersion", "metadata", "items", "status"].some((field) => field in value);
}

function valuesOf(text: string, name: string): unknown[] {
  const json = /^\s*[{[]/.test(text) ? parsedJson(text) : undefined;
  if (json !== undefined) {
    refuseDepth(json, name);
    return [json];
  }
  return readYaml(text, name).map(({ value }) => value);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectsIn(value: unknown, name: string): SeenObject[] {
  if (Array.isArray(value)) return value.flatMap((each) => objectsIn(each, name));
  const { kind, apiVersion, items } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown; items?: unknown };
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    // An API server leaves out what the list's kind says anyway.
    const ofItem = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
    return items.flatMap((item) => objectsIn(isJsonObject(item) ? { ...ofItem, ...item } : item, name));
  }
  const read = SeenObject.safeParse(value);
  if (read.success) return [read.data];
  const [issue] = read.error.issues;
  throw new UserError({
    what: `${name}: is no Kubernetes object: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`,
    fix: "give it as kubectl get -o yaml prints it; a log must not begin like an object",
  });
}
