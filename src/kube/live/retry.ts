import { isKubeError, type KubeError } from "../kube-error.js";
import type { Random } from "../random.js";

/** How long requests are repeated when the server asks for it; beyond, the caller learns it as `KubeError.retryAfterMs`. */
export interface RetryLimits {
  /** Repetitions of one call. @default 4 */
  readonly attempts: number;
  /** All waits of one call together, milliseconds. @default 10000 */
  readonly totalMs: number;
}

/** Codes of connections that ended before an answer began: the server closed an idle connection just as it was used. */
const CLOSED_CODES: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** Decides for one call whether and when it is made again. */
export class Retry {
  readonly #limits: RetryLimits;
  readonly #random: Random;
  readonly #isSafe: boolean;
  #repetitions = 0;
  #waitedMs = 0;
  #reconnected = false;

  /** @param isSafe whether the request changes nothing, so that it may be repeated whatever happened to it */
  constructor(limits: RetryLimits, random: Random, isSafe: boolean) {
    this.#limits = limits;
    this.#random = random;
    this.#isSafe = isSafe;
  }

  /** @returns milliseconds until the call is made again; `undefined` when it is not */
  after(error: unknown): number | undefined {
    if (!isKubeError(error)) return undefined;
    if (this.#isSafe && !this.#reconnected && isClosedConnection(error)) {
      this.#reconnected = true;
      return 0;
    }
    const asked = error.retryAfterMs;
    // 429 says that nothing was done, so every verb may come again; other answers may come from behind the deed.
    if (asked === undefined || (!this.#isSafe && error.reason !== "TooManyRequests")) return undefined;
    // Spread a little, so that all whom the server sent away do not come back together.
    const wait = Math.round(asked * (1 + 0.2 * this.#random()));
    if (this.#repetitions >= this.#limits.attempts || this.#waitedMs + wait > this.#limits.totalMs) return undefined;
    this.#repetitions += 1;
    this.#waitedMs += wait;
    return wait;
  }
}

function isClosedConnection(error: KubeError): boolean {
  return (
    error.reason === "ConnectionFailed" && CLOSED_CODES.has((error.cause as NodeJS.ErrnoException | undefined)?.code)
  );
}
