import { parseJob } from "../../api/index.js";

/** Where `kubectl apply` keeps what it sent, with the fields that the API server dropped. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** Longest annotation that is looked at, in characters: advice is not worth more. */
const MAX_LENGTH = 64 * 1024;

/**
 * Fields of the applied manifest that are none: an API server that is not asked to be strict drops them before any webhook
 * sees the object, and the job would do something else than its author wrote.
 */
export function misspeltFields(object: unknown, oldObject: unknown): string[] {
  const applied = lastApplied(object);
  if (applied === undefined || applied.length > MAX_LENGTH || applied === lastApplied(oldObject)) return [];
  let manifest: unknown;
  try {
    manifest = JSON.parse(applied);
  } catch {
    return [];
  }
  const parsed = parseJob(manifest);
  if (parsed.ok) return [];
  return parsed.problems
    .filter(({ kind }) => kind === "unknown-field")
    .map(({ field, message }) => `${field}: ${message}; the API server drops it`);
}

function lastApplied(object: unknown): string | undefined {
  const { metadata } = (object ?? {}) as { metadata?: { annotations?: Record<string, unknown> } };
  const applied = metadata?.annotations?.[LAST_APPLIED];
  return typeof applied === "string" ? applied : undefined;
}
