import { Backoff } from "../../kube/backoff.js";
import type { Clock } from "../../kube/clock.js";
import { within } from "../../kube/deadline.js";
import { isKubeError } from "../../kube/kube-error.js";
import type { Random } from "../../kube/random.js";

/** How long, and how, an answer is waited for. */
export interface Patience {
  readonly clock: Clock;
  readonly random: Random;
  /** Longest time for all tries together, in milliseconds. */
  readonly patienceMs: number;
  /** Ends the waiting at once. */
  readonly stop: AbortSignal;
  /** Told of every try that failed and is made again. */
  readonly onFailure: (error: unknown) => void;
}

/** Between two tries; milliseconds. */
const PAUSES = { firstMs: 500, maxMs: 5_000 };

/**
 * Asks the API server for what is worth no more than some patience, again after every failure. Never rejects.
 * @param ask one try; its signal aborts when nobody waits for the answer any more
 * @returns the answer; `undefined` when the server says that there is none or that we may not know it, and when none came
 */
export async function patientRead<A>(
  { clock, random, patienceMs, stop, onFailure }: Patience,
  ask: (signal: AbortSignal) => Promise<A>,
): Promise<A | undefined> {
  const backoff = new Backoff(PAUSES, random);
  const asking = async (signal: AbortSignal): Promise<A | undefined> => {
    for (;;) {
      try {
        return await ask(signal);
      } catch (error) {
        if (isKubeError(error, "NotFound", "Forbidden")) return undefined;
        signal.throwIfAborted();
        onFailure(error);
        await clock.sleep(backoff.next(isKubeError(error) ? error.retryAfterMs : 0), signal);
      }
    }
  };
  return within(clock, patienceMs, stop, asking).catch(() => undefined);
}
