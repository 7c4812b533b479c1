import { execFile } from "node:child_process";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Asks the user's own git about a checkout, with the user's own settings, except what would run programs for looking at it.
 * @param args a command that changes nothing
 * @returns standard output; `undefined` when git fails or is not there
 */
export async function askLocalGit(directory: string, args: readonly string[]): Promise<string | undefined> {
  const config = ["-c", `safe.directory=${await topLevel(directory)}`, "-c", "core.fsmonitor=false"];
  try {
    const options = { cwd: directory, maxBuffer: 256 * 1024 ** 2, env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" } };
    return (await run("git", [...config, ...args], options)).stdout;
  } catch {
    return undefined;
  }
}

/** The checkout that a directory is in, without asking git, which would first ask whom it belongs to. */
async function topLevel(directory: string): Promise<string> {
  for (let at = directory; ; at = dirname(at)) {
    const found = await lstat(join(at, ".git")).catch(() => undefined);
    if (found !== undefined || dirname(at) === at) return at;
  }
}
