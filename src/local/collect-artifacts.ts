import { constants } from "node:fs";
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Files that the runner writes, in the order in which people read them. */
const REPORT_FILES = ["report.html", "report.json", "junit.xml", "executed.ipynb"] as const;
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * Copies the runner's report files. Only plain files are taken: the notebook could have put links in their place.
 * @returns their new paths
 */
export async function collectArtifacts(from: string, into: string): Promise<string[]> {
  const copied: string[] = [];
  for (const name of REPORT_FILES) {
    const content = await readPlainFile(join(from, name));
    if (content === undefined) continue;
    const made = await mkdir(into, { recursive: true });
    // A directory that we made is no part of anybody's sources.
    if (made !== undefined) await writeFile(join(made, ".gitignore"), "*\n");
    await writeFile(join(into, name), content);
    copied.push(join(into, name));
  }
  return copied;
}

/** Removes the report files of an earlier run, which must not pass for those of this one. */
export async function clearReports(directory: string): Promise<void> {
  for (const name of REPORT_FILES) await rm(join(directory, name), { force: true });
}

async function readPlainFile(path: string): Promise<Buffer | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const info = await handle.stat();
      return info.isFile() && info.size <= MAX_BYTES ? await handle.readFile() : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
