import { createHash } from "node:crypto";
import type { Pod } from "../../../src/kube/resources.js";
import { handoverMessage, recipientOf, SOURCE_CONTAINER, sealKey } from "../../../src/validation/index.js";

interface HandedOver {
  readonly key: Uint8Array;
  readonly message: string;
}

const made = new Map<string, HandedOver>();

/** What the init container of an attempt's pod makes: the key, and the message that tells it. Always the same for a pod. */
export function handedOver(pod: Pod): HandedOver {
  const args = pod.spec?.initContainers?.find(({ name }) => name === SOURCE_CONTAINER)?.args ?? [];
  const identity = args[args.indexOf("--attempt-identity") + 1] ?? "";
  const recipient = recipientOf(pod) ?? "";
  const id = `${pod.metadata.uid}/${identity}/${recipient}`;
  const known = made.get(id);
  if (known !== undefined) return known;
  const key = bytesOf(`${id}/key`);
  const sealed = sealKey(key, Buffer.from(recipient, "base64url"), identity, bytesOf(`${id}/ephemeral`));
  const result = { key, message: handoverMessage(sealed) };
  made.set(id, result);
  return result;
}

/** Status of an init container that has done its work. */
export function fetched(pod: Pod, at: string, message = handedOver(pod).message): object {
  const terminated = { exitCode: 0, reason: "Completed", startedAt: at, finishedAt: at, message };
  return { name: SOURCE_CONTAINER, image: "i", imageID: "i", ready: true, restartCount: 0, state: { terminated } };
}

function bytesOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
