import { ANNOTATION_ATTEMPT_PROOF } from "../api/index.js";
import type { Pod } from "../kube/resources.js";
import { type Failure, failureOf } from "../recovery/index.js";
import { type AttemptIdentity, recipientOf, SOURCE_CONTAINER } from "../validation/index.js";
import { notebookState } from "./decide/pods.js";
import type { SigningKey } from "./signing-key.js";

/** How the operator stands to the key of an attempt. */
export type KeySeen =
  /** The init container has not ended well, so far; no notebook can have started. */
  | { readonly kind: "pending" }
  | { readonly kind: "known"; readonly key: Uint8Array }
  /** It ended well without telling a key that this operator can use: nothing that the runner says can be believed. */
  | { readonly kind: "lost"; readonly failure: Failure };

/** The key that the init container of an attempt's pod, if it is the operator's own, has handed over in its termination message. */
export function handedOverKey(
  pod: Pod,
  attempt: AttemptIdentity,
  signingKey: Pick<SigningKey, "publicKey" | "unseal" | "proofOf">,
): KeySeen {
  const ended = pod.status?.initContainerStatuses?.find(({ name }) => name === SOURCE_CONTAINER)?.state?.terminated;
  const { startedAt, exit } = notebookState(pod);
  const isOver = ended?.exitCode === 0 || startedAt !== undefined || exit !== undefined;
  if (!isOver) return { kind: "pending" };
  const isOurs = pod.metadata.annotations?.[ANNOTATION_ATTEMPT_PROOF] === signingKey.proofOf(attempt);
  const key = isOurs ? signingKey.unseal(attempt, ended?.message) : undefined;
  if (key !== undefined) return { kind: "known", key };
  return {
    kind: "lost",
    failure: failureOf("AttemptKeyLost", { detail: explanation(pod, signingKey.publicKey, isOurs) }),
  };
}

function explanation(pod: Pod, publicKey: string, isOurs: boolean): string {
  const recipient = recipientOf(pod);
  if (recipient !== undefined && recipient !== publicKey) {
    return "the operator's signing key was replaced after the attempt had begun";
  }
  if (!isOurs) return "somebody else made the pod by that name; nothing that it says is believed";
  const image = pod.spec?.initContainers?.find(({ name }) => name === SOURCE_CONTAINER)?.image ?? "unknown";
  return `the container ${SOURCE_CONTAINER} told no key that was sealed for this attempt; its image ${image} may be of another version than the operator`;
}
