import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../api/index.js";
import type { Interpreter } from "./interpreter.js";
import type { RequirementFiles } from "./requirement-files.js";

/** What a virtual environment is made from. */
export interface VirtualEnvironmentPlan {
  readonly base: Interpreter;
  readonly requirements: RequirementFiles | undefined;
  /** Root that the requirement files are relative to. */
  readonly root: string;
  /** Directory of all environments; made if need be. */
  readonly cache: string;
  /** Takes pip's output, line by line. */
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const COMPLETE = ".nbv-complete";
const LOCK_POLL_MS = 500;

/** Name of the environment: the same requirements on the same Python are the same environment. */
export function environmentDigest(plan: Pick<VirtualEnvironmentPlan, "base" | "requirements">): string {
  const hash = createHash("sha256").update(`${plan.base.path}\0${plan.base.version}\0`);
  for (const { path, text } of plan.requirements?.closure ?? []) hash.update(`${path}\0${text.length}\0${text}\0`);
  return hash.digest("hex").slice(0, 20);
}

/** Python of an environment that was made before, if it was. */
export async function cachedEnvironment(plan: VirtualEnvironmentPlan): Promise<string | undefined> {
  const directory = join(plan.cache, environmentDigest(plan));
  const isThere = await stat(join(directory, COMPLETE))
    .then(() => true)
    .catch(() => false);
  return isThere ? pythonOf(directory) : undefined;
}

/**
 * Makes the environment, with the requirements and ipykernel in it; a second process that wants the same one waits.
 * @throws UserError with the end of pip's output when something can't be installed
 */
export async function makeEnvironment(plan: VirtualEnvironmentPlan): Promise<string> {
  const directory = join(plan.cache, environmentDigest(plan));
  await mkdir(plan.cache, { recursive: true });
  return await locked(`${directory}.lock`, plan.signal, async () => {
    const made = await cachedEnvironment(plan);
    if (made !== undefined) return made;
    await rm(directory, { recursive: true, force: true });
    try {
      await run([plan.base.path, "-I", "-m", "venv", directory], plan, "the virtual environment could not be made");
      const python = pythonOf(directory);
      const pip = [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"];
      if (plan.requirements !== undefined) {
        const file = join(plan.root, plan.requirements.path);
        await run([...pip, "-r", file], plan, `the packages of ${plan.requirements.path} could not be installed`);
      }
      if (!(await hasModule(python, "ipykernel", plan))) {
        await run([...pip, "ipykernel"], plan, "ipykernel could not be installed");
      }
      await writeFile(join(directory, COMPLETE), "");
      return python;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  });
}

function pythonOf(directory: string): string {
  return join(directory, "bin", "python3");
}

async function hasModule(python: string, name: string, plan: VirtualEnvironmentPlan): Promise<boolean> {
  const script = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${name}") is None)`;
  const { code } = await execute([python, "-I", "-c", script], { ...plan, onProgress: () => undefined });
  return code === 0;
}

async function run(argv: readonly string[], plan: VirtualEnvironmentPlan, what: string): Promise<void> {
  const { code, lines } = await execute(argv, plan);
  plan.signal?.throwIfAborted();
  if (code === 0) return;
  const errors = lines.filter((line) => /^\s*(ERROR|error)/.test(line));
  throw new UserError({
    what,
    where: (errors.length > 0 ? errors : lines).slice(-8),
    fix: "correct the requirements, connect to the package index, or name a Python that has the packages: --python PATH",
  });
}

function execute(
  argv: readonly string[],
  plan: VirtualEnvironmentPlan,
): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: plan.root,
      stdio: ["ignore", "pipe", "pipe"],
      ...(plan.signal === undefined ? {} : { signal: plan.signal }),
    });
    const lines: string[] = [];
    let rest = "";
    const take = (chunk: Buffer) => {
      const parts = (rest + chunk.toString("utf8")).split(/[\r\n]+/);
      rest = parts.pop() ?? "";
      for (const line of parts.filter((part) => part.trim() !== "")) {
        lines.push(line);
        plan.onProgress(line);
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", (error) => (plan.signal?.aborted === true ? resolve({ code: null, lines }) : reject(error)));
    child.once("close", (code) => resolve({ code, lines: rest === "" ? lines : [...lines, rest] }));
  });
}

/** Holds a lock file, taking it over from a process that is no more. */
async function locked<T>(file: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (!(await isHeld(file))) await rm(file, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function isHeld(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
