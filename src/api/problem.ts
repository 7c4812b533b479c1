import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { knownAlias } from "./field-aliases.js";
import { nodeOf } from "./schema/node.js";

/** Most mistakes that are named in one document: a person mends no more at a time, and a machine must not be kept busy. */
export const MAX_PROBLEMS = 50;
/** Longest part of a path that is shown, in characters: more than any legal key. */
const MAX_STEP = 512;

/**
 * One mistake in a document that somebody wrote. Kind `unjudged` says that there is more than the other problems tell: the
 * document is too large, or has too many mistakes.
 */
export interface Problem {
  /** Where, as keys and indexes from the document's root. */
  readonly path: readonly (string | number)[];
  /** The same for people: `spec.podConfig.env[0].name`; empty for the document itself. */
  readonly field: string;
  /** What is wrong, without the field's name. */
  readonly message: string;
  readonly kind: "unknown-field" | "missing-field" | "wrong-type" | "invalid-value" | "unjudged";
  /** The field that was probably meant. */
  readonly suggestion?: string;
}

/** `["spec", "env", 0, "name"]` as `spec.env[0].name`; keys that are no identifiers are quoted. */
export function fieldText(path: readonly (string | number)[]): string {
  let text = "";
  for (const whole of path) {
    const step = typeof whole === "string" && whole.length > MAX_STEP ? `${whole.slice(0, MAX_STEP)}…` : whole;
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/**
 * The problems behind a zod error, in document order of discovery, with suggestions for misspelt fields. Beyond `limit`
 * they are counted, in one more problem of kind `unjudged`.
 * @param value the document that was judged
 * @param schema the schema that judged it
 * @param prefix path of `value` in the whole document
 * @param limit most problems that are named. @default MAX_PROBLEMS
 */
export function problemsOf(
  error: z.ZodError,
  value: unknown,
  schema: z.core.$ZodType,
  prefix: readonly (string | number)[] = [],
  limit: number = MAX_PROBLEMS,
): Problem[] {
  const named: Problem[] = [];
  let unnamed = 0;
  for (const issue of error.issues) {
    const count = issue.code === "unrecognized_keys" ? issue.keys.length : 1;
    const room = Math.min(count, limit - named.length);
    if (room > 0) named.push(...problemOf(issue, value, schema, prefix, room));
    unnamed += count - Math.max(0, room);
  }
  if (unnamed === 0) return named;
  const message = `has ${unnamed} more ${unnamed === 1 ? "mistake" : "mistakes"} than are named`;
  return [...named, { path: prefix, field: fieldText(prefix), kind: "unjudged", message }];
}

function problemOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  schema: z.core.$ZodType,
  prefix: readonly (string | number)[],
  room: number,
): Problem[] {
  const local = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const path = [...prefix, ...local];
  const problem = (kind: Problem["kind"], message: string): Problem[] => [
    { path, field: fieldText(path), message, kind },
  ];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = fieldsAt(schema, local);
      return issue.keys.slice(0, room).map((key) => unknownField([...path, key], known));
    }
    case "invalid_type":
      return valueAt(value, local) === undefined
        ? problem("missing-field", "is required")
        : problem("wrong-type", typeMessage(issue.expected, valueAt(value, local), schemaAt(schema, local)));
    case "invalid_value":
      return valueAt(value, local) === undefined
        ? problem("missing-field", "is required")
        : problem("invalid-value", enumMessage(valueAt(value, local), issue.values));
    case "too_small":
      return problem("invalid-value", `must be at least ${String(issue.minimum)}`);
    case "too_big":
      return problem("invalid-value", `must be at most ${String(issue.maximum)}`);
    case "custom":
      return problem("invalid-value", issue.message);
    default:
      return valueAt(value, local) === undefined
        ? problem("missing-field", "is required")
        : problem("invalid-value", `must be ${wordsOf(schemaAt(schema, local))}, is ${kindOf(valueAt(value, local))}`);
  }
}

function unknownField(path: readonly (string | number)[], siblings: readonly string[]): Problem {
  const field = fieldText(path);
  const suggestion = knownAlias(path) ?? nearest(String(path.at(-1)), siblings);
  if (suggestion === undefined) {
    const known = siblings.length === 0 ? "" : `; known here: ${siblings.join(", ")}`;
    return { path, field, kind: "unknown-field", message: `is not a field${known}` };
  }
  if (suggestion.startsWith("(")) {
    return { path, field, kind: "unknown-field", message: `is not a field ${suggestion}` };
  }
  return { path, field, kind: "unknown-field", message: `is not a field; did you mean ${suggestion}?`, suggestion };
}

/** A value of the wrong type, and how to write it if quotes or a unit are all that it lacks. */
function typeMessage(expected: string, value: unknown, schema: z.core.$ZodType | undefined): string {
  if (typeof value === "number" && wordsOf(schema) === "duration") {
    return `must be a duration with a unit, such as 90s, 15m or 1h30m, is ${kindOf(value)}`;
  }
  const message = `must be ${article(expected)}, is ${kindOf(value)}`;
  if (expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
    return `${message}: write it in quotes`;
  }
  const isQuoted =
    typeof value === "string" &&
    (expected === "boolean" ? /^(true|false)$/ : /^-?[0-9]+(\.[0-9]+)?$/).test(value) &&
    ["boolean", "number", "int"].includes(expected);
  return isQuoted ? `${message}: write it without quotes` : message;
}

function wordsOf(schema: z.core.$ZodType | undefined): string {
  return (schema && nodeOf(schema)?.words) ?? "a JSON value";
}

function enumMessage(value: unknown, allowed: readonly unknown[]): string {
  const names = allowed.filter((name) => name !== "").map(String);
  const near = typeof value === "string" ? nearest(value, names) : undefined;
  const shown = typeof value === "string" ? quoted(value) : kindOf(value);
  return `must be one of ${names.join(", ")}, is ${shown}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

/** The candidate that differs from `word` by a slip of the fingers, if there is one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > 256) return undefined;
  const lower = word.toLowerCase();
  const squeezed = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, "");
  const letters = (name: string) => [...squeezed(name)].sort().join("");
  const same =
    candidates.find((name) => squeezed(name) === squeezed(word)) ??
    candidates.find((name) => letters(name) === letters(word));
  if (same !== undefined) return same;
  const best = closest(
    lower,
    candidates.map((name) => name.toLowerCase()),
  );
  const candidate = candidates.find((name) => name.toLowerCase() === best);
  const slips = distance(lower, best);
  if (slips <= Math.max(1, Math.floor(Math.max(word.length, best.length) / 3))) return candidate;
  return candidates.find((name) => lower.length >= 4 && name.toLowerCase().includes(lower));
}

/** Names of the fields that the schema knows at `path`. */
export function fieldsAt(schema: z.core.$ZodType, path: readonly (string | number)[]): string[] {
  const at = schemaAt(schema, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The schema of the value at `path`, wrappers for absence and defaults removed. */
export function schemaAt(schema: z.core.$ZodType, path: readonly (string | number)[]): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = bare(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = (at.shape as Record<string, z.core.$ZodType>)[String(step)];
    else if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else return undefined;
    if (at === undefined) return undefined;
    at = bare(at);
  }
  return at;
}

/** The schema without its wrappers for absence and defaults. */
export function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  while ("innerType" in at._zod.def) at = at._zod.def.innerType as z.core.$ZodType;
  return at;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the string ${quoted(value)}`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? `the number ${value}` : `the fraction ${value}`;
  return typeof value === "boolean" ? String(value) : typeof value;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function article(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "a string",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "a map",
  };
  return words[expected] ?? expected;
}
