import type { ErrorType } from "../api/index.js";
import type { Failure, MissingObject } from "./failure.js";
import { type FailureReason, failureOf, isFailureReason } from "./reasons/catalogue.js";
import type { ContainerRole } from "./recoveries-of.js";
import { errorTypeOfText } from "./text/text-patterns.js";

/** What Git says, in the words of Git, curl and OpenSSH. First hit wins. */
const GIT_WORDS: readonly (readonly [FailureReason, RegExp])[] = [
  [
    "GitUntrusted",
    /host key verification failed|certificate verif|self[- ]signed certificate|unable to get local issuer|SSL certificate problem/i,
  ],
  [
    "GitAuthFailed",
    /authentication failed|could not read (?:username|password)|permission denied \(|invalid username or (?:password|token)|HTTP Basic: Access denied|returned error: 40[13]/i,
  ],
  [
    "GitRefNotFound",
    /remote branch .{0,256}not found|couldn't find remote ref|reference is not a tree|not our ref|unadvertised object|bad object|did not match any/i,
  ],
  [
    "GitNotFound",
    /repository .{0,512}not found|does not appear to be a git repository|returned error: 404|project you were looking for could not be found/i,
  ],
  [
    "GitNetwork",
    /could not resolve host|name or service not known|temporary failure in name resolution|connection (?:timed out|reset|refused|closed)|network is unreachable|no route to host|early EOF|RPC failed|unexpected disconnect|the remote end hung up|operation timed out|timed out|returned error: (?:429|5\d\d)|gnutls_handshake|SSL_ERROR_SYSCALL/i,
  ],
];

/** What the source stage reports: a reason of its own, or only words. */
export interface SourceTrouble {
  readonly reason?: string | undefined;
  readonly message: string;
  /** What it lacks, where that is one object. */
  readonly missing?: MissingObject | undefined;
}

/**
 * The failure that an error of the source stage means. A reason of the catalogue is believed; else its words decide.
 *
 * @param role what `failedContainer` is for. @default what our own container of that name is for
 */
export function classifySource(error: SourceTrouble, failedContainer?: string, role?: ContainerRole): Failure {
  const about = { failedContainer, role, missing: error.missing, stage: "source" } as const;
  const reason =
    error.reason !== undefined && isFailureReason(error.reason) ? error.reason : reasonOfWords(error.message);
  if (reason) return failureOf(reason, { ...about, detail: error.message });
  const errorType: ErrorType = errorTypeOfText(error.message);
  return failureOf("Unknown", { ...about, detail: error.message, errorType });
}

function reasonOfWords(message: string): FailureReason | undefined {
  return GIT_WORDS.find(([, words]) => words.test(message))?.[0];
}
