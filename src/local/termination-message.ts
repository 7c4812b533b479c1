import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Longest termination message of a container that the kubelet takes, in bytes. */
const MAX_BYTES = 4096;

/** What a container left in its termination log; empty when it left nothing or no plain file. */
export async function readTerminationMessage(file: string): Promise<string> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return "";
      const block = Buffer.alloc(MAX_BYTES);
      const { bytesRead } = await handle.read(block, 0, MAX_BYTES, 0);
      return block.subarray(0, bytesRead).toString("utf8");
    } finally {
      await handle.close();
    }
  } catch {
    return "";
  }
}
