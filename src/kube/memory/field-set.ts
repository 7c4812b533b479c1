import { equalJson, isJsonObject, type JsonObject, own } from "../json.js";
import type { ListRule, MergeRules } from "./merge-rules.js";

/**
 * Which fields of an object a manager owns: paths of leaves and of list items. A path is a text of elements, each ended
 * by {@link END}: `.name` a field, `[{"name":"a"}]` an item of a keyed list, `["a"]` an item of a set.
 */
export type FieldSet = ReadonlySet<string>;

/** Ends each element of a path; cannot occur inside one, because JSON escapes it and field names come from JSON. */
const END = "\u0000";

/** Path of a field of `parent`. */
export function fieldPath(parent: string, name: string): string {
  return `${parent}.${name}${END}`;
}

/** Path of an item of the keyed list or set at `parent`. */
export function itemPath(parent: string, identity: string): string {
  return `${parent}[${identity}]${END}`;
}

/** As the API server writes it in messages: `.spec.containers[name="a"].image`. */
export function pathText(path: string): string {
  return path
    .split(END)
    .map((element) => {
      if (!element.startsWith("[{")) return element;
      const keys = JSON.parse(element.slice(1, -1)) as JsonObject;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(",")}]`;
    })
    .join("");
}

/** What tells an item of a keyed list or set from the others; `undefined` when the item has no identity. */
export function itemIdentity(item: unknown, rule: ListRule): string | undefined {
  if (rule.kind === "set") return JSON.stringify(item);
  if (rule.kind !== "map" || !isJsonObject(item)) return undefined;
  const keys: JsonObject = {};
  for (const { field, whenAbsent } of rule.keys) {
    const value = own(item, field) ?? whenAbsent;
    if (value !== undefined) keys[field] = value;
  }
  return Object.keys(keys).length === 0 ? undefined : JSON.stringify(keys);
}

/** Fields that nobody owns: identity and what the server writes. */
const UNOWNED: ReadonlySet<string> = new Set(
  [
    [".apiVersion"],
    [".kind"],
    [".metadata"],
    ...[
      "name",
      "namespace",
      "uid",
      "resourceVersion",
      "generation",
      "creationTimestamp",
      "selfLink",
      "managedFields",
    ].map((name) => [".metadata", `.${name}`]),
    ...["deletionTimestamp", "deletionGracePeriodSeconds", "generateName"].map((name) => [".metadata", `.${name}`]),
  ].map((elements) => elements.map((element) => element + END).join("")),
);

/** All fields of an object. */
export function fieldsOf(value: unknown, rules: MergeRules): Set<string> {
  return new Set(valuesOf(value, rules).keys());
}

/** Fields of `after` that are new or changed against `before`, and fields of `before` that are gone. */
export function difference(
  before: unknown,
  after: unknown,
  rules: MergeRules,
): { written: Set<string>; gone: Set<string> } {
  const old = valuesOf(before, rules);
  const now = valuesOf(after, rules);
  const written = new Set<string>();
  for (const [path, value] of now) {
    if (!old.has(path) || !equalJson(old.get(path), value)) written.add(path);
  }
  const known = new Set(objectsIn(before, rules, ""));
  for (const path of objectsIn(after, rules, "")) if (!known.has(path) && !UNOWNED.has(path)) written.add(path);
  return { written, gone: new Set([...old.keys()].filter((path) => !now.has(path))) };
}

/** Leaves with their values; items of lists with `undefined`. */
function valuesOf(value: unknown, rules: MergeRules): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [path, leaf] of leaves(value, rules, "")) if (path !== "" && !UNOWNED.has(path)) values.set(path, leaf);
  return values;
}

/** Paths of the objects below the root: one that is new counts as written, besides what is in it. */
function* objectsIn(value: unknown, rules: MergeRules, path: string): Generator<string> {
  if (isJsonObject(value) && !rules.atomic) {
    if (path !== "") yield path;
    for (const name of Object.keys(value)) yield* objectsIn(value[name], rules.field(name), fieldPath(path, name));
  } else if (Array.isArray(value) && rules.list.kind !== "atomic") {
    for (const item of value as unknown[]) {
      const identity = itemIdentity(item, rules.list);
      if (identity !== undefined) yield* objectsIn(item, rules.items, itemPath(path, identity));
    }
  }
}

function* leaves(value: unknown, rules: MergeRules, path: string): Generator<[string, unknown]> {
  if (isJsonObject(value) && !rules.atomic && Object.keys(value).length > 0) {
    for (const name of Object.keys(value)) yield* leaves(value[name], rules.field(name), fieldPath(path, name));
  } else if (Array.isArray(value) && rules.list.kind !== "atomic") {
    // An empty keyed list or set is owned by nobody.
    for (const item of value) {
      const identity = itemIdentity(item, rules.list);
      if (identity === undefined) continue;
      yield [itemPath(path, identity), undefined];
      if (isJsonObject(item)) yield* leaves(item, rules.items, itemPath(path, identity));
    }
  } else if (value !== undefined) {
    yield [path, value];
  }
}

/** Whether the set has `path` or something below it. */
export function reaches(fields: FieldSet, path: string): boolean {
  if (fields.has(path)) return true;
  for (const field of fields) if (field.startsWith(path)) return true;
  return false;
}
