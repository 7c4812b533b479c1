import type { Failure } from "./failure.js";
import { type FailureReason, failureOf } from "./reasons/catalogue.js";
import { errorTypeOfText } from "./text/text-patterns.js";
import { violatingContainer } from "./violating-container.js";

/** An error of the Kubernetes API or of the way to it. Every part may be missing: errors come from many places. */
export interface ApiTrouble {
  /** Name of the error's kind: `Forbidden`, `TooManyRequests`, `ConnectionFailed`… */
  readonly kind?: unknown;
  readonly name?: unknown;
  /** The API's `reason`. */
  readonly reason?: unknown;
  /** HTTP status. */
  readonly status?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
}

interface Rule {
  readonly reason: FailureReason;
  readonly kinds?: RegExp;
  readonly words?: RegExp;
  /** @default the reason's own */
  readonly suggestedAction?: string;
}

/** What a request that is forbidden, or of no known kind, can be refused for: a quota, a policy, what it names. First hit wins. */
const REFUSALS: readonly Rule[] = [
  { reason: "QuotaExceeded", words: /exceeded quota|quota.{0,64}exceeded|exceeds .{0,64}quota/i },
  {
    reason: "SecurityContextViolation",
    words: /violates PodSecurity|unable to validate against any security context constraint/i,
  },
  {
    reason: "InvalidSpec",
    words: /error looking up service account|no PriorityClass with name|RuntimeClass .{0,256}not found/i,
    suggestedAction: "Create what the message names, or correct the field of spec.podConfig that names it",
  },
  {
    reason: "InvalidSpec",
    words: /(?:maximum|minimum) \S{1,64} usage per|must specify (?:limits|requests)/i,
    suggestedAction: "Ask in spec.podConfig.resources for what the namespace's LimitRange and ResourceQuota allow",
  },
];

/** A webhook refuses with any kind it likes. */
const WEBHOOK: Rule = { reason: "ApiForbidden", words: /admission webhook .{0,256}denied the request/i };

const KINDS: readonly Rule[] = [
  { reason: "ApiForbidden", kinds: /^(?:forbidden|unauthorized|401|403)$/ },
  { reason: "InvalidSpec", kinds: /^(?:invalid|badrequest|400|422)$/ },
  {
    reason: "ApiTransient",
    kinds:
      /^(?:toomanyrequests|servertimeout|timeout|serviceunavailable|unavailable|internalerror|internalservererror|connectionfailed|conflict|alreadyexists|gone|expired|notfound|40[489]|410|429|5\d\d|econnreset|econnrefused|etimedout|epipe|enotfound|eai_again|und_err_\w+)$/,
  },
];

/** What errors of the way to the API say, which have kinds of many makers, or none. */
const TROUBLES: readonly Rule[] = [
  {
    reason: "ApiTransient",
    words:
      /etcdserver|leader changed|client rate limiter|TLS handshake timeout|i\/o timeout|connection (?:reset|refused)|unexpected EOF|GOAWAY|socket hang up|fetch failed|failed calling webhook|context deadline exceeded|try again/i,
  },
];

/**
 * The failure that an error of the Kubernetes API means.
 *
 * @param error anything that was thrown; objects are read by their `kind`, `reason`, `status`, `code` and `message`.
 */
export function classifyApi(error: unknown): Failure {
  const trouble: ApiTrouble = typeof error === "object" && error !== null ? error : { message: String(error) };
  const message = typeof trouble.message === "string" ? trouble.message : "";
  const kinds = kindsOf(trouble);
  const rule = ruleFor(kinds, message);
  if (rule) {
    const failedContainer = rule.reason === "SecurityContextViolation" ? violatingContainer(message) : undefined;
    return failureOf(rule.reason, { detail: message, failedContainer, suggestedAction: rule.suggestedAction });
  }
  return failureOf("Unknown", { detail: message, stage: "start", errorType: errorTypeOfText(message) });
}

function ruleFor(kinds: readonly string[], message: string): Rule | undefined {
  const byKind = KINDS.find((each) => kinds.some((kind) => each.kinds?.test(kind)));
  const mayBeRefusal = byKind === undefined || byKind.reason === "ApiForbidden";
  const own = message.replace(QUOTED, '""');
  const byWords = [...(mayBeRefusal ? REFUSALS : []), WEBHOOK].find((each) => each.words?.test(own));
  return byWords ?? byKind ?? TROUBLES.find((each) => each.words?.test(message));
}

/** What the API repeats of what users wrote: names and values. */
const QUOTED = /"(?:[^"\\]+|\\[\s\S]?)*(?:"|$)/g;

/** Every name that the error has for its kind, in one spelling: `TooManyRequestsError` and `TooManyRequests` are one. */
function kindsOf({ kind, name, reason, status, code }: ApiTrouble): string[] {
  return [kind, reason, name, status, code]
    .filter((each) => typeof each === "string" || typeof each === "number")
    .map((each) =>
      String(each)
        .toLowerCase()
        .replace(/(?<=[a-z])error$/, (end, at) => (at > "internal".length ? "" : end)),
    );
}
