import type { z } from "zod";
import { UserError } from "../user-error.js";
import { rule } from "./rule.js";
import { text } from "./text.js";

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;
const LONGEST_MS = 8760 * UNIT_MS.h;

/** A Go-style duration above zero and at most a year: `90s`, `15m`, `1h30m`. */
export function duration(): z.ZodString {
  return text({
    max: 32,
    pattern: DURATION,
    type: "duration",
    words: 'a duration such as "90s", "15m" or "1h30m"',
    example: "15m",
  }).with(
    rule({
      cel: "duration(self) > duration('0s') && duration(self) <= duration('8760h')",
      holds: (value) => parseDuration(value) > 0 && parseDuration(value) <= LONGEST_MS,
      message: "must be longer than 0s and at most 8760h: leave the field out for no limit of its own",
    }),
  );
}

/**
 * Milliseconds of a Go-style duration (`h`, `m`, `s`, `ms`; fractions allowed).
 * @throws UserError when the text is not one.
 */
export function parseDuration(value: string): number {
  if (!DURATION.test(value)) {
    throw new UserError({ what: `"${value}" is not a duration`, fix: 'write it as "90s", "15m" or "1h30m"' });
  }
  let total = 0;
  for (const [, number, unit] of value.matchAll(/([0-9.]+)(ms|s|m|h)/g)) {
    total += Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return total;
}

/** The shortest Go-style text of a duration in milliseconds, rounded to whole milliseconds: `1h30m`, `2.5s`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  if (rest === 0) return "0s";
  if (rest < 1000) return `${rest}ms`;
  const hours = Math.floor(rest / UNIT_MS.h);
  rest -= hours * UNIT_MS.h;
  const minutes = Math.floor(rest / UNIT_MS.m);
  rest -= minutes * UNIT_MS.m;
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${rest > 0 ? `${rest / 1000}s` : ""}`;
}
