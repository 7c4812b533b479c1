import { formatImageReference, parseImageReference } from "../image/image-reference.js";
import type { BaseImage } from "./environment-plan.js";

/** What generated Dockerfiles say about their base. */
export interface ResolvedBase {
  /** Complete reference: with its registry; by digest, and then without a tag, where the digest is known. */
  readonly reference: string;
  readonly isPinned: boolean;
  /** Who the finished image runs as, for `USER`. */
  readonly user: string;
  /** OCI annotations of what the image is based on. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A user that is not root and that every image can run as: root's group is OpenShift's arbitrary users' group, too. */
const OWN_USER = "1001";
/**
 * Of images whose configuration is not known. Jupyter's images name their user in `NB_UID`; those of OpenShift run as 1001.
 */
const LIKELY_USER = `\${NB_UID:-${OWN_USER}}`;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/;
const ROOT = /^(?:0|root)?(?::.*)?$/;

/** @returns `undefined` when the text is no image reference */
export function resolveBase(base: BaseImage): ResolvedBase | undefined {
  const parsed = parseImageReference(base.reference);
  if (parsed === undefined) return undefined;
  const digest = parsed.digest ?? base.digest;
  const user = base.user === undefined ? LIKELY_USER : userOf(base.user);
  return {
    // Not every builder takes a tag and a digest together.
    reference: formatImageReference(digest === undefined ? parsed : { host: parsed.host, path: parsed.path, digest }),
    isPinned: digest !== undefined,
    user,
    labels: {
      "org.opencontainers.image.base.name": formatImageReference(parsed),
      ...(digest !== undefined && { "org.opencontainers.image.base.digest": digest }),
    },
  };
}

/** A root base becomes a non-root image: pods of restricted namespaces could not run it otherwise. */
function userOf(user: string): string {
  return ROOT.test(user) || !USER.test(user) ? OWN_USER : user;
}
