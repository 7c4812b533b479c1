import { readFile } from "node:fs/promises";
import type { AuditEvent } from "./world.js";

/** The lines of an API server's audit log that are complete. */
export async function readAuditLog(file: string): Promise<AuditEvent[]> {
  const text = await readFile(file, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditEvent);
}
