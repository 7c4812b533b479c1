import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../api/index.js";

const run = promisify(execFile);

/** A Python of this computer. */
export interface Interpreter {
  /** Absolute path; symbolic links of virtual environments are kept. */
  readonly path: string;
  /** `3.11.7` */
  readonly version: string;
}

const LEAST = [3, 9] as const;

/**
 * Asks a Python who it is.
 * @param given a path, a command, or the directory of a virtual environment
 * @throws UserError when it can't be run or is too old
 */
export async function findInterpreter(given: string): Promise<Interpreter> {
  const isDirectory = await stat(given)
    .then((info) => info.isDirectory())
    .catch(() => false);
  const command = isDirectory ? join(given, "bin", "python3") : given;
  let answer: string;
  try {
    const script = "import sys; print(sys.executable); print('.'.join(map(str, sys.version_info[:3])))";
    answer = (await run(command, ["-I", "-S", "-c", script], { timeout: 30_000 })).stdout;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "is not there" : "can't be run";
    throw new UserError({ what: `the Python ${command} ${why}`, fix: "name another one with --python PATH" });
  }
  const [path = "", version = ""] = answer.trim().split("\n");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
    throw new UserError({ what: `${path} is Python ${version}; 3.9 or newer is needed`, fix: "use --python PATH" });
  }
  return { path, version };
}
