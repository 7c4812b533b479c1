import { createHash } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../api/index.js";
import type { Interpreter } from "./interpreter.js";
import { withLock } from "./lock-file.js";
import type { RequirementFiles } from "./requirement-files.js";
import { reasonOf, runCommand } from "./run-command.js";

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
  return await withLock(`${directory}.lock`, plan.signal, async () => {
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
  const { code } = await runCommand([python, "-I", "-c", script], {
    cwd: plan.root,
    onProgress: () => undefined,
    signal: plan.signal,
  });
  return code === 0;
}

async function run(argv: readonly string[], plan: VirtualEnvironmentPlan, what: string): Promise<void> {
  const { root: cwd, onProgress, signal } = plan;
  const { code, lines } = await runCommand(argv, { cwd, onProgress, signal });
  plan.signal?.throwIfAborted();
  if (code === 0) return;
  throw new UserError({
    what,
    where: reasonOf(lines),
    fix: "correct the requirements, connect to the package index, or name a Python that has the packages: --python PATH",
  });
}
