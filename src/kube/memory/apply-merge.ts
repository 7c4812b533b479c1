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

/**
 * Items in the order of the configuration, with the live items that it does not name kept between them
 * (`visitListItems` of https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/merge.go).
 */
function mergeLists(live: readonly unknown[], config: readonly unknown[], rules: MergeRules): unknown[] {
  const [known, named] = [byIdentity(live, rules.list), byIdentity(config, rules.list)];
  const [left, right] = [[...known.keys()], [...named.keys()]];
  const shared = right.filter((identity) => known.has(identity));
  const done = new Set<string>();
  const merged: unknown[] = [];
  let [l, r] = [0, 0];
  const take = (identity: string): void => {
    const [was, wanted] = [known.get(identity), config[named.get(identity) ?? -1]];
    merged.push(was === undefined ? withoutNulls(wanted) : mergeConfig(live[was], wanted, rules.items));
    done.add(identity);
    if (shared[0] === identity) shared.shift();
    r++;
  };
  while (l < left.length || r < right.length) {
    const [mine, theirs] = [left[l], right[r]];
    if (mine !== undefined && !named.has(mine)) {
      merged.push(cloneJson(live[known.get(mine) ?? -1]));
      l++;
    } else if (
      mine !== undefined &&
      (mine === theirs || done.has(mine) || (theirs !== undefined && shared[0] !== mine))
    ) {
      if (mine === theirs) take(mine);
      l++; // else it is shared and was, or will be, taken in its turn
    } else if (theirs !== undefined) {
      take(theirs);
    }
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
    const left: unknown[] = value.filter((item: unknown) => {
      const identity = itemIdentity(item, rules.list);
      if (identity === undefined) return true;
      const at = itemPath(path, identity);
      // Who owns only something inside an item does not keep the item.
      if (removal.fields.has(at) && !removal.kept.has(at)) return false;
      return restOf(at, item, rules.items) !== "goes";
    });
    value.splice(0, before, ...left);
    return before > 0 && left.length === 0;
  }
  return false;
}
