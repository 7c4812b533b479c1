import { STRONG_HASHES } from "./line-options.js";
import type { ArtifactHash } from "./requirement-set.js";

/** Hexadecimal digits by algorithm: those of `--hash`, and the weaker ones that a URL's fragment may have. */
export const DIGEST_DIGITS: Readonly<Record<string, number>> = { ...STRONG_HASHES, sha224: 56, sha1: 40, md5: 32 };

/** Whether a digest can be one of its algorithm; pip compares letter by letter, so that upper case never matches. */
export function isDigest({ algorithm, digest }: ArtifactHash): boolean {
  return digest.length === DIGEST_DIGITS[algorithm] && /^[0-9a-f]*$/.test(digest);
}
