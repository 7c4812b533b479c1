import type { IConstruct } from "constructs";
import { pinningOf } from "./image-reference.js";
import { propError } from "./prop-error.js";

/** Throws unless the image is pinned by tag or digest. */
export function requirePinned(construct: IConstruct, field: string, image: string): void {
  if (pinningOf(image) !== "none") return;
  throw propError(construct, {
    what: `image \`${image}\` is not pinned`,
    fields: [field],
    fix: "add a version tag other than latest, or better a digest: name:tag@sha256:…",
  });
}
