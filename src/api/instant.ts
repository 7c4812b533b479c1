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

/** The moment that an RFC 3339 text names, or `undefined` when it is not one. */
export function fromRfc3339(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
