import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.js";

/** Fields of the spec that say nothing about what is executed: changing them starts no new run. */
const INERT = ["ttlSecondsAfterFinished", "onSuccess", "onFailure", "priority", "suspend"];
/** Likewise within `retryPolicy`. */
const INERT_RETRY = ["autoCleanupAfterHours", "retryOnSpecChange", "retryWhenResolved"];

/**
 * Hash of the execution-relevant part of a spec, 16 hex digits: equal for specs that would run alike, whatever the
 * order of their fields. Takes any JSON value, so that a spec that is not valid has a hash too.
 */
export function specHash(spec: unknown): string {
  return createHash("sha256").update(canonicalJson(relevant(spec))).digest("hex").slice(0, 16);
}

function relevant(spec: unknown): unknown {
  if (!isObject(spec)) return spec;
  const kept = dropping(spec, INERT);
  if (!isObject(kept["retryPolicy"])) return kept;
  const retryPolicy = dropping(kept["retryPolicy"], INERT_RETRY);
  return Object.keys(retryPolicy).length > 0 ? { ...kept, retryPolicy } : dropping(kept, ["retryPolicy"]);
}

function dropping(object: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
