import { createHash } from "node:crypto";

/** Names a question without keeping the credentials in it as text. */
export function questionKey(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
