import { cloneJson, isJsonObject, type JsonObject, own, put, withoutNulls } from "../json.js";
import { type FieldSet, fieldPath, itemIdentity, itemPath, reaches } from "./field-set.js";
import type { ListRule, MergeRules } from "./merge-rules.js";

/** `live` with everything that `config` says: fields are set, keyed items merge, nothing is removed. Changes neither. */
export function mergeConfig(live: unknown, config: unknown, rules: MergeRules): unknown {
  if (isJsonObject(config) && isJsonObject(live) && !rules.atomic) {
    const merged = cloneJson(live);
    for (const name of Object.keys(config)) {
      if (config[name] === undefined || config[name] === null) continue;
      put(merged, name, mergeConfig(own(live, name), config[name], rules.field(name)));
    }
    return merged;
  }
  if (Array.isArray(config) && Array.isArray(live) && rules.list.kind !== "atomic")
    return mergeLists(live, config, rules);
  return withoutNulls(config);
}

/** Items in the order of the configuration; live items that it does not name stay behind the item that they followed. */
function mergeLists(live: readonly unknown[], config: readonly unknown[], rules: MergeRules): unknown[] {
  const known = byIdentity(live, rules.list);
  const named = byIdentity(config, rules.list);
  const merged: unknown[] = [];
  const takeUnnamed = (from: number): void => {
    for (let at = from; at < live.length; at++) {
      const identity = itemIdentity(live[at], rules.list);
      if (identity !== undefined && named.has(identity)) return;
      merged.push(cloneJson(live[at]));
    }
  };
  takeUnnamed(0);
  for (const item of config) {
    const identity = itemIdentity(item, rules.list);
    const at = identity === undefined ? undefined : known.get(identity);
    merged.push(at === undefined ? withoutNulls(item) : mergeConfig(live[at], item, rules.items));
    if (at !== undefined) takeUnnamed(at + 1);
  }
  return merged;
}

function byIdentity(items: readonly unknown[], rule: ListRule): Map<string, number> {
  const positions = new Map<string, number>();
  items.forEach((item, index) => {
    const identity = itemIdentity(item, rule);
    if (identity !== undefined) positions.set(identity, index);
  });
  return positions;
}

/**
 * Removes from `value`, in place, every field of `fields` that `kept` does not reach, and what that leaves empty. An object
 * or list that is left empty but is owned itself becomes `null`, as on a real API server (which then refuses it, unless
 * it is nullable): to empty a map, leave it out.
 */
export function removeFields(value: JsonObject, fields: FieldSet, kept: FieldSet, rules: MergeRules): void {
  removeBelow(value, "", { fields, kept }, rules);
}

interface Removal {
  readonly fields: FieldSet;
  readonly kept: FieldSet;
}

type Rest = "stays" | "goes" | "null";

/** @returns whether `value` lost something and is empty now */
function removeBelow(value: unknown, path: string, removal: Removal, rules: MergeRules): boolean {
  if (!reaches(removal.fields, path)) return false;
  const restOf = (at: string, child: unknown, childRules: MergeRules): Rest => {
    const kept = reaches(removal.kept, at);
    if (removal.fields.has(at) && !kept) return "goes";
    if (!removeBelow(child, at, removal, childRules)) return "stays";
    return kept ? "null" : "goes";
  };
  if (isJsonObject(value) && !rules.atomic) {
    const names = Object.keys(value);
    for (const name of names) {
      const rest = restOf(fieldPath(path, name), value[name], rules.field(name));
      if (rest === "goes") delete value[name];
      if (rest === "null") value[name] = null;
    }
    return names.length > 0 && Object.keys(value).length === 0;
  }
  if (Array.isArray(value) && rules.list.kind !== "atomic") {
    const before = value.length;
    const left = value.filter((item) => {
      const identity = itemIdentity(item, rules.list);
      return identity === undefined || restOf(itemPath(path, identity), item, rules.items) !== "goes";
    });
    value.splice(0, before, ...left);
    return before > 0 && left.length === 0;
  }
  return false;
}
