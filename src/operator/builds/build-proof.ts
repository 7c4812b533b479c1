import {
  ANNOTATION_BUILD_FLIGHT,
  ANNOTATION_BUILD_PROOF,
  ANNOTATION_ENVIRONMENT_DIGEST,
  ANNOTATION_ENVIRONMENT_PINNED,
} from "../../api/index.js";
import type { SigningKey } from "../signing-key.js";
import type { StoredBuild } from "./stored-build.js";

/** Who proves builds. */
export type BuildProver = Pick<SigningKey, "proofOfBuild">;

/** The draft with what shows that the operator made it. */
export function withProof(prover: BuildProver, draft: StoredBuild): StoredBuild {
  const { annotations } = draft.metadata;
  const proof = { [ANNOTATION_BUILD_PROOF]: proofOf(prover, draft) };
  return { ...draft, metadata: { ...draft.metadata, annotations: { ...annotations, ...proof } } };
}

/** The flight that a build is of; `undefined` when the operator never made it, or somebody changed what it says of itself. */
export function provenFlight(prover: BuildProver, build: StoredBuild): string | undefined {
  const { annotations = {} } = build.metadata;
  return annotations[ANNOTATION_BUILD_PROOF] === proofOf(prover, build)
    ? annotations[ANNOTATION_BUILD_FLIGHT]
    : undefined;
}

function proofOf(prover: BuildProver, { metadata }: StoredBuild): string {
  const { namespace = "", name, annotations = {} } = metadata;
  return prover.proofOfBuild({
    namespace,
    name,
    flight: annotations[ANNOTATION_BUILD_FLIGHT] ?? "",
    environmentDigest: annotations[ANNOTATION_ENVIRONMENT_DIGEST] ?? "",
    isPinned: annotations[ANNOTATION_ENVIRONMENT_PINNED] === "true",
  });
}
