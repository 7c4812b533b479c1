import { UserError } from "../api/user-error.js";
import { isKubeError } from "../kube/kube-error.js";
import { redactHead } from "../recovery/index.js";

/** Longest text of one field. */
const MAX_TEXT = 4096;
/** So much of it is read. */
const MAX_READ = 4 * MAX_TEXT;
const MAX_ENTRIES = 50;
const MAX_DEPTH = 3;

/**
 * A value as it may stand in a log: texts without secrets, errors without what they carry along, Kubernetes objects by
 * their name only (a Secret among them would tell everything), everything bounded.
 */
export function loggable(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return loggableText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return loggableError(value, depth);
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  const named = objectName(value);
  if (named !== undefined) return named;
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? "[…]" : "{…}";
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => loggable(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ENTRIES)
      .map(([key, entry]) => [key, loggable(entry, depth + 1)]),
  );
}

/** Redacted before it is cut: half a secret has no shape any more. */
function loggableText(text: string): string {
  const said = redactHead(text, MAX_READ);
  return said.length > MAX_TEXT ? `${said.slice(0, MAX_TEXT)}…` : said;
}

function loggableError(error: Error, depth: number): object {
  const message = loggable(error.message);
  if (isKubeError(error)) return { type: error.name, reason: error.reason, code: error.code, message };
  if (error instanceof UserError) return { type: error.name, message };
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code: loggable(code) }),
    // Unexpected: only the stack says where.
    ...(error.stack === undefined ? {} : { stack: loggable(error.stack) }),
    ...(error.cause instanceof Error && depth < MAX_DEPTH ? { cause: loggableError(error.cause, depth + 1) } : {}),
  };
}

/** `Secret namespace/name` for what looks like an object of Kubernetes. */
function objectName(value: object): string | undefined {
  const { kind, metadata } = value as { kind?: unknown; metadata?: unknown };
  if (typeof kind !== "string" || typeof metadata !== "object" || metadata === null) return undefined;
  const { namespace, name } = metadata as { namespace?: unknown; name?: unknown };
  return [kind, [namespace, name].filter((part) => typeof part === "string" && part !== "").join("/")].join(" ");
}
