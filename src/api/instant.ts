/** A moment, in milliseconds since the Unix epoch. Pure rooms get it as an argument and never ask a clock. */
export type Instant = number;

/** RFC 3339 with whole seconds, as Kubernetes' `metav1.Time`: `2026-11-21T10:00:00Z`. */
export function toRfc3339(at: Instant): string {
  return new Date(Math.floor(at / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

/** RFC 3339 with milliseconds, for moments that must be exact: `2026-11-21T10:00:00.250Z`. */
export function toRfc3339Millis(at: Instant): string {
  return new Date(at).toISOString();
}

const RFC_3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const YEAR_0 = Date.parse("0000-01-01T00:00:00Z");
const YEAR_10000 = Date.parse("9999-12-31T23:59:59.999Z") + 1;

/**
 * The moment that an RFC 3339 text names, or `undefined` when it is not one, or when RFC 3339 has no name for it in UTC:
 * `9999-12-31T23:59:59-01:00` is in the year 10000. Kubernetes writes `null` for a time that nobody set, whatever its types
 * say: a container that a kubelet lost has started and finished at `null`.
 */
export function fromRfc3339(text: string | null | undefined): Instant | undefined {
  if (text === undefined || text === null) return undefined;
  const upper = text.toUpperCase();
  const [, year, month, day] = RFC_3339.exec(upper) ?? [];
  if (year === undefined || Number(day) < 1 || Number(day) > daysOf(Number(year), Number(month))) return undefined;
  const at = Date.parse(upper);
  return at >= YEAR_0 && at < YEAR_10000 ? at : undefined;
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}
