const UNITS = [
  ["d", 24 * 60 * 60 * 1000],
  ["h", 60 * 60 * 1000],
  ["m", 60 * 1000],
] as const;

/** Time since a moment, as short as kubectl's: `42s`, `7m`, `3h`, `12d`. The two smallest of each unit are told in the next one. */
export function age(since: string | undefined, now: number): string {
  const ms = since === undefined ? Number.NaN : now - Date.parse(since);
  return Number.isNaN(ms) ? "" : shortTime(ms);
}

/** Time until a moment, as short as an {@link age}; nothing when it is over. */
export function timeLeft(until: string | undefined, now: number): string {
  const ms = until === undefined ? Number.NaN : Date.parse(until) - now;
  return ms > 0 ? shortTime(ms) : "";
}

function shortTime(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= 2 * length);
  return unit === undefined ? `${Math.max(0, Math.floor(ms / 1000))}s` : `${Math.floor(ms / unit[1])}${unit[0]}`;
}
