/**
 * Why a call failed. The first group are the API server's own reasons
 * (https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go, `StatusReason`).
 */
export type KubeErrorReason =
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "AlreadyExists"
  | "Conflict"
  /** 410: a resourceVersion or continue token is too old. The server says `Gone` or `Expired`; here both are `Gone`. */
  | "Gone"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  | "Invalid"
  | "TooManyRequests"
  | "InternalError"
  | "ServiceUnavailable"
  /** 504, or 500 with a hint to try again: the server gave up waiting. */
  | "ServerTimeout"
  /** No complete answer came: refused, reset, DNS, TLS, timed out, or an answer that cannot be read. */
  | "ConnectionFailed"
  /** The caller's own signal ended the call. */
  | "Aborted";

/** One field that the API server refused, or one conflict of a server-side apply. */
export interface StatusCause {
  /** Path as the server wrote it: `spec.notebook.path`, `.spec.replicas`. */
  readonly field?: string;
  readonly message: string;
  /** Machine-readable: `FieldValueInvalid`, `FieldManagerConflict`, … */
  readonly reason?: string;
}

/** What a {@link KubeError} is made of. */
export interface KubeErrorDetails {
  readonly reason: KubeErrorReason;
  readonly message: string;
  /** HTTP status. @default the usual one of the reason; 0 when there was no answer */
  readonly code?: number;
  readonly causes?: readonly StatusCause[];
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The lower-level error. */
  readonly cause?: unknown;
}

/** What every method of a `Cluster` rejects with. Messages are short and carry no object bodies and no credentials. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly reason: KubeErrorReason;
  /** HTTP status; 0 when there was no answer. */
  readonly code: number;
  readonly causes: readonly StatusCause[];
  readonly retryAfterMs: number | undefined;

  constructor(details: KubeErrorDetails) {
    super(shorten(details.message), details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = details.reason;
    this.code = details.code ?? CODES[details.reason];
    this.causes = details.causes ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** A {@link KubeError} whose reason is known to the compiler. */
export type KubeErrorOf<R extends KubeErrorReason> = KubeError & { readonly reason: R };

/** Whether `error` is a {@link KubeError}, and has one of `reasons` if any are given. */
export function isKubeError<R extends KubeErrorReason = KubeErrorReason>(
  error: unknown,
  ...reasons: readonly R[]
): error is KubeErrorOf<R> {
  return error instanceof KubeError && (reasons.length === 0 || (reasons as readonly string[]).includes(error.reason));
}

/** Whether the same call may succeed if it is simply made again later. */
export function isTransient(error: unknown): boolean {
  return (
    isKubeError(error, "TooManyRequests", "InternalError", "ServiceUnavailable", "ServerTimeout", "ConnectionFailed") ||
    (isKubeError(error) && error.retryAfterMs !== undefined)
  );
}

/** A Kubernetes `Status` object, as far as errors need it. */
export interface KubernetesStatus {
  readonly kind: "Status";
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly causes?: readonly { readonly field?: string; readonly message?: string; readonly reason?: string }[];
    readonly retryAfterSeconds?: number;
  };
}

/** Whether `value` is a Kubernetes `Status` object. */
export function isKubernetesStatus(value: unknown): value is KubernetesStatus {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "Status";
}

/**
 * The error that a failed answer stands for.
 * @param httpStatus status of the HTTP answer
 * @param body parsed `Status` object, or anything else when the answer came from a proxy
 * @param retryAfterMs value of the Retry-After header
 */
export function errorFromStatus(httpStatus: number, body: unknown, retryAfterMs?: number): KubeError {
  const status = isKubernetesStatus(body) ? body : undefined;
  const code = status?.code ?? httpStatus;
  const seconds = status?.details?.retryAfterSeconds;
  const wait = retryAfterMs ?? (seconds !== undefined && seconds > 0 ? seconds * 1000 : undefined);
  return new KubeError({
    reason: isTooLarge(status) ? "RequestEntityTooLarge" : reasonOf(status?.reason, code),
    code,
    message: status?.message ?? `the API server answered with HTTP status ${code}`,
    causes: (status?.details?.causes ?? []).map((cause) => ({
      message: shorten(cause.message ?? ""),
      ...(cause.field === undefined ? {} : { field: cause.field }),
      ...(cause.reason === undefined ? {} : { reason: cause.reason }),
    })),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

const CODES: Record<KubeErrorReason, number> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  ServerTimeout: 504,
  ConnectionFailed: 0,
  Aborted: 0,
};

const REASONS_BY_CODE = new Map<number, KubeErrorReason>([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [406, "NotAcceptable"],
  [408, "ServerTimeout"],
  [409, "Conflict"],
  [410, "Gone"],
  [413, "RequestEntityTooLarge"],
  [415, "UnsupportedMediaType"],
  [422, "Invalid"],
  [429, "TooManyRequests"],
  [500, "InternalError"],
  [502, "ServiceUnavailable"],
  [503, "ServiceUnavailable"],
  [504, "ServerTimeout"],
]);

/** etcd's refusal of a big object comes through as an internal error, which would look as if trying again helped. */
function isTooLarge(status: KubernetesStatus | undefined): boolean {
  return status?.message?.includes("etcdserver: request is too large") === true;
}

function reasonOf(reason: string | undefined, code: number): KubeErrorReason {
  if (reason === "Expired") return "Gone";
  if (reason === "Timeout") return "ServerTimeout";
  if (reason !== undefined && Object.hasOwn(CODES, reason)) return reason as KubeErrorReason;
  return REASONS_BY_CODE.get(code) ?? (code >= 500 ? "InternalError" : "BadRequest");
}

/** Longest message that is kept: servers quote whole objects in some of theirs. */
const MAX_MESSAGE = 1024;

function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").trim();
  return line.length <= MAX_MESSAGE ? line : `${line.slice(0, MAX_MESSAGE - 1)}…`;
}
