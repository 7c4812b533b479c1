import { cloneJson, type JsonObject } from "../json.js";
import { KubeError, type StatusCause } from "../kube-error.js";
import { mergeConfig, removeFields } from "./apply-merge.js";
import { difference, type FieldSet, fieldPath, fieldsOf, pathText, reaches } from "./field-set.js";
import type { MergeRules } from "./merge-rules.js";

/** Who owns which fields of one object: the content of `metadata.managedFields`. */
export interface FieldManager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly subresource: "" | "status";
  readonly fields: FieldSet;
}

/** Who writes now. */
export type Writer = Omit<FieldManager, "fields">;

/** Owners after an update: the writer owns what it wrote, everybody loses what was written or removed. */
export function afterUpdate(
  managers: readonly FieldManager[],
  writer: Writer,
  before: JsonObject | undefined,
  after: JsonObject,
  rules: MergeRules,
): FieldManager[] {
  const { written, gone } = difference(before ?? {}, after, rules);
  if (written.size === 0 && gone.size === 0) return [...managers];
  const mine = new Set(written);
  const others: FieldManager[] = [];
  for (const manager of managers) {
    if (isSame(manager, writer)) for (const field of manager.fields) if (!gone.has(field)) mine.add(field);
    if (!isSame(manager, writer)) others.push(without(manager, written, gone));
  }
  return keepOwners([...others, { ...writer, fields: mine }]);
}

/** Result of a server-side apply. */
export interface Applied {
  readonly object: JsonObject;
  readonly managers: FieldManager[];
}

/**
 * Applies a configuration: sets its fields, removes those that this manager applied before and no longer does, unless
 * somebody else owns them.
 * @param config the caller's object without status or whatever else this endpoint ignores
 * @throws KubeError `Conflict`, with a cause per field that somebody else owns with another value, unless `force`
 */
export function applyConfig(
  live: JsonObject,
  managers: readonly FieldManager[],
  writer: Writer,
  config: JsonObject,
  rules: MergeRules,
  force: boolean,
  apiVersion: string,
): Applied {
  const wanted = fieldsOf(mergeConfig({}, config, rules), rules);
  const object = mergeConfig(live, config, rules) as JsonObject;
  const { written } = difference(live, object, rules);
  const others = managers.filter((manager) => !isSame(manager, writer));
  const causes = others.flatMap((manager) => conflicts(manager, written, apiVersion));
  if (causes.length > 0 && !force) {
    const fields = causes.map((cause) => `${cause.message}: ${cause.field}`).join(", ");
    throw new KubeError({
      reason: "Conflict",
      message: `Apply failed with ${causes.length} conflict${causes.length === 1 ? "" : "s"}: ${fields}`,
      causes,
    });
  }
  const left = others.map((manager) => without(manager, written, new Set()));
  const before = managers.find((manager) => isSame(manager, writer))?.fields ?? new Set<string>();
  const dropped = new Set([...before].filter((field) => !wanted.has(field)));
  const kept = new Set([...wanted, ...left.flatMap((manager) => [...manager.fields])]);
  if (dropped.size > 0) removeFields(object, dropped, kept, rules);
  return { object, managers: keepOwners([...left, { ...writer, fields: wanted }]) };
}

/** Owners after the server itself changed the object (defaults, pruning): nobody keeps what is gone. */
export function onlyPresent(managers: readonly FieldManager[], object: JsonObject, rules: MergeRules): FieldManager[] {
  const present = fieldsOf(object, rules);
  const stays = (field: string): boolean => reaches(present, field) || OWNED_WHEN_ABSENT.has(field);
  return keepOwners(managers.map((manager) => ({ ...manager, fields: new Set([...manager.fields].filter(stays)) })));
}

/** Who applied one of these as empty owns it, although the server does not store it. */
const OWNED_WHEN_ABSENT: FieldSet = new Set(
  ["labels", "annotations", "finalizers", "ownerReferences"].map((name) => fieldPath(fieldPath("", "metadata"), name)),
);

/** Whether two objects have the same owners of the same fields, in any order. */
export function sameManagers(a: readonly FieldManager[], b: readonly FieldManager[]): boolean {
  return (
    a.length === b.length &&
    a.every((manager) => {
      const other = b.find((candidate) => isSame(candidate, manager));
      return (
        other?.fields.size === manager.fields.size && [...manager.fields].every((field) => other.fields.has(field))
      );
    })
  );
}

/** A configuration without the fields that an endpoint ignores. */
export function withoutFields(config: JsonObject, ...names: readonly string[]): JsonObject {
  const kept = cloneJson(config);
  for (const name of names) delete kept[name];
  return kept;
}

function conflicts(manager: FieldManager, written: FieldSet, apiVersion: string): StatusCause[] {
  const endpoint = manager.subresource === "" ? "" : ` with subresource "${manager.subresource}"`;
  const via = `${endpoint}${manager.operation === "Update" ? ` using ${apiVersion}` : ""}`;
  return [...manager.fields]
    .filter((field) => written.has(field))
    .map((field) => ({
      field: pathText(field),
      message: `conflict with "${manager.name}"${via}`,
      reason: "FieldManagerConflict",
    }));
}

function isSame(a: Writer, b: Writer): boolean {
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource;
}

function without(manager: FieldManager, ...taken: readonly FieldSet[]): FieldManager {
  return { ...manager, fields: new Set([...manager.fields].filter((field) => !taken.some((set) => set.has(field)))) };
}

function keepOwners(managers: readonly FieldManager[]): FieldManager[] {
  return managers.filter((manager) => manager.fields.size > 0);
}
