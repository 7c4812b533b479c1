import { z } from "zod";
import { UserError } from "../api/user-error.js";
import { readYaml, refuseDepth } from "./yaml-document.js";

/** Largest input that is read, in bytes: logs are longer than manifests, and their end counts. */
export const MAX_CLASSIFIED_BYTES = 64 * 1024 * 1024;

/** An object as a cluster shows it. */
export const SeenObject = z.looseObject({
  apiVersion: z.string().default("v1"),
  kind: z.string().min(1),
  metadata: z
    .looseObject({
      name: z.string().default(""),
      namespace: z.string().optional(),
      uid: z.string().optional(),
      // kubectl create --dry-run prints it as null.
      creationTimestamp: z.preprocess((time) => time ?? undefined, z.string().optional()),
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    })
    .default({ name: "" }),
});
export type SeenObject = z.infer<typeof SeenObject>;

/** What somebody wants to be classified. */
export type ClassifyInput =
  | { readonly kind: "objects"; readonly objects: readonly SeenObject[] }
  | { readonly kind: "text"; readonly text: string };

/** How objects begin, in YAML and JSON. */
const BEGINS = /^\s*(?:[{[]|---|#|(?:apiVersion|kind|items|metadata):)/;
const NAMES_KIND = /(?:^|[{,\s])["']?kind["']?\s{0,64}:/m;

/**
 * Kubernetes objects where the text holds some, lists taken apart; else the text itself, as a log.
 * @throws UserError for what begins like objects and is none, and for nothing
 */
export function classifyInput(text: string, name: string): ClassifyInput {
  if (text.trim() === "") {
    throw new UserError({ what: `${name}: is empty`, fix: "give an object (kubectl get -o yaml) or a log" });
  }
  if (!BEGINS.test(text) || !NAMES_KIND.test(text) || isLogOfJson(text)) return { kind: "text", text };
  const objects = valuesOf(text, name).flatMap((value) => objectsIn(value, name));
  return { kind: "objects", objects };
}

/** A log of one JSON document per line: each is complete by itself, and no object of a cluster. */
function isLogOfJson(text: string): boolean {
  const [first = "", second = ""] = text.trimStart().split("\n", 2);
  if (second.trim() === "") return false;
  const value = parsedJson(first);
  return typeof value === "object" && value !== null && !("kind" in value && "apiVersion" in value);
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
    return items.flatMap((item) => objectsIn({ ...ofItem, ...(item as object) }, name));
  }
  const read = SeenObject.safeParse(value);
  if (read.success) return [read.data];
  const [issue] = read.error.issues;
  throw new UserError({
    what: `${name}: is no Kubernetes object: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`,
    fix: "give it as kubectl get -o yaml prints it; a log must not begin like an object",
  });
}
