import { constants } from "node:fs";
import { access, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../api/user-error.js";

/** Files that the runner writes, in the order in which people read them. */
const REPORT_FILES = [
  "report.html",
  "report.json",
  "junit.xml",
  "report.sarif",
  "executed.ipynb",
  "environment.cdx.json",
] as const;
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * Copies the runner's report files into a directory that {@link prepareReports} made. Only plain files are taken: the
 * notebook could have put links in their place.
 * @returns their new paths
 */
export async function collectArtifacts(from: string, into: string): Promise<string[]> {
  const copied: string[] = [];
  for (const name of REPORT_FILES) {
    const content = await readPlainFile(join(from, name));
    if (content === undefined) continue;
    await writeFile(join(into, name), content);
    copied.push(join(into, name));
  }
  return copied;
}

/** Removes the report files of an earlier run, which must not pass for those of this one. */
export async function clearReports(directory: string): Promise<void> {
  for (const name of REPORT_FILES) await rm(join(directory, name), { force: true, recursive: true });
}

/**
 * Makes sure, before a notebook runs for an hour, that its reports can be written, and removes those of an earlier run.
 * @throws UserError when the directory can't be made or written to
 */
export async function prepareReports(directory: string): Promise<void> {
  try {
    const made = await makeDirectory(directory);
    // A directory that we made is no part of anybody's sources.
    if (made !== undefined) await writeFile(join(made, ".gitignore"), "*\n");
    await access(directory, constants.W_OK | constants.X_OK);
    await clearReports(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError({
      what: `the reports can't be written to ${directory} (${code ?? String(error)})`,
      fix: "name another directory with --report-dir",
    });
  }
}

/**
 * Step by step from the nearest directory there is: Node's own recursive `mkdir` never ends below `/proc`.
 * @returns the topmost directory that was made
 */
async function makeDirectory(directory: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    const info = await stat(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (info !== undefined) break;
    missing.unshift(at);
  }
  for (const path of missing) await mkdir(path);
  if (!(await stat(directory)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  return missing[0];
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
