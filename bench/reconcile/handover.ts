import { randomBytes } from "node:crypto";
import type { Pod } from "../../src/kube/index.js";
import { handoverMessage, recipientOf, SOURCE_CONTAINER, sealKey } from "../../src/validation/index.js";

/** The key of an attempt, and what the init container says of it in its termination message. */
export interface HandOver {
  readonly key: Uint8Array;
  readonly message: string;
}

/** Plays the init container. */
export function handOver(pod: Pod): HandOver {
  const args = pod.spec?.initContainers?.find(({ name }) => name === SOURCE_CONTAINER)?.args ?? [];
  const identity = args[args.indexOf("--attempt-identity") + 1] ?? "";
  const recipient = Buffer.from(recipientOf(pod) ?? "", "base64url");
  const key = randomBytes(32);
  return { key, message: handoverMessage(sealKey(key, recipient, identity, randomBytes(32))) };
}
