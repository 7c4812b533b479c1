import { redact } from "../recovery/index.js";

/**
 * A JSON value with nothing in it that looks like a secret. The operator writes none, but one that was here before may
 * have left raw log lines in a status, and what a command prints ends up in the logs of pipelines.
 */
export function redactedValue(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactedValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redactedValue(entry)]));
}
