/**
 * Whether a path of the repository can stand in a `COPY` of every builder as what it is: builders expand variables and
 * patterns there, even in the JSON form, and don't agree on how to escape them.
 */
export function isCopyable(path: string): boolean {
  return !/[\x00-\x1f\x7f"'`\\$*?[\]]|^-|^\.\.(?:\/|$)|\/\.\.(?:\/|$)|^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}

/** What to do about a path that is not {@link isCopyable}. */
export const UNCOPYABLE_FIX =
  "rename it: quotes, $, *, ?, [, ], \\, control characters and a leading - can't be copied";
