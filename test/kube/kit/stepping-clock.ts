import type { Clock } from "../../../src/kube/clock.js";

/** A clock that may step, while timers go on as they were set. */
export class SteppingClock implements Clock {
  stepMs = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.stepMs;
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }
}
