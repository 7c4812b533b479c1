/** How firmly an image reference names one image. */
export type Pinning = "digest" | "tag" | "none";

/** `none` covers no tag, `latest`, and what is no reference at all. */
export function pinningOf(image: string): Pinning {
  const match = /^[a-z0-9][a-z0-9._:/-]*?(?::(?<tag>[\w][\w.-]{0,127}))?(?<digest>@sha256:[0-9a-f]{64})?$/.exec(image);
  if (match === null) return "none";
  if (match.groups?.["digest"] !== undefined) return "digest";
  const tag = match.groups?.["tag"];
  return tag === undefined || tag === "latest" ? "none" : "tag";
}
