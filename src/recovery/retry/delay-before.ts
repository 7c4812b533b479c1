import { createHash } from "node:crypto";
import type { RetryNumbers } from "./retry-strategy.js";

/** 2^48: six bytes of a hash as a fraction. */
const FRACTIONS = 0x1_0000_0000_0000;
/** Longest delay that a timer or a date is asked to hold: 30 days. */
const MAX_DELAY_MS = 30 * 24 * 3600 * 1000;

/**
 * How long to wait before retry `n`, in whole milliseconds.
 *
 * Exponential: at once before the first, then `base · factor^(n−2)`; with a base that the job itself set,
 * `base · factor^(n−1)`. Linear: `base · n`. Both end at the maximum. Fixed: `base`. With jitter the delay is drawn
 * uniformly from zero to that number, always the same for the same seed.
 *
 * @param n 1 for the first retry.
 * @param seed names run and attempt.
 */
export function delayBefore(n: number, numbers: RetryNumbers, seed: string): number {
  const exact = Math.min(Math.max(0, exactSeconds(Math.max(1, n), numbers) * 1000), MAX_DELAY_MS);
  return Math.round(numbers.jitter ? exact * fractionOf(`${seed}\n${n}`) : exact);
}

/** The longest that any retry may have to wait, in whole milliseconds. */
export function longestDelay({ backoffPolicy, baseSeconds, maxSeconds }: RetryNumbers): number {
  return Math.round(Math.min((backoffPolicy === "fixed" ? baseSeconds : maxSeconds) * 1000, MAX_DELAY_MS));
}

function exactSeconds(n: number, numbers: RetryNumbers): number {
  const { baseSeconds: base, factor, maxSeconds: max, isFirstImmediate } = numbers;
  switch (numbers.backoffPolicy) {
    case "fixed":
      return base;
    case "linear":
      return Math.min(base * n, max);
    case "exponential":
      if (!isFirstImmediate) return Math.min(base * power(factor, n - 1), max);
      return n === 1 ? 0 : Math.min(base * power(factor, n - 2), max);
  }
}

/** Never infinite, so that zero times it is zero. */
function power(factor: number, exponent: number): number {
  return Math.min(factor ** exponent, Number.MAX_VALUE);
}

/** Between 0 and 1, evenly spread over seeds. */
function fractionOf(seed: string): number {
  return createHash("sha256").update(seed).digest().readUIntBE(0, 6) / FRACTIONS;
}
