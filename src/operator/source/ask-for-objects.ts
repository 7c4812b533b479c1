import { once } from "node:events";
import type { Writable } from "node:stream";

/** Asks `git cat-file --batch` or `--batch-check` for objects, one after the other, then says that there are no more. */
export async function askForObjects(objects: readonly string[], input: Writable): Promise<void> {
  for (const object of objects) {
    if (!input.write(`${object}\n`)) await once(input, "drain");
  }
  input.end();
}
