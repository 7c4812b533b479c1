import { createHash } from "node:crypto";
import { cp, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../api/index.js";
import { environmentPath, KERNEL_REQUIREMENTS } from "../../build/index.js";
import type { Interpreter } from "./interpreter.js";
import type { LocalEnvironment } from "./local-environment.js";
import { withLock } from "./lock-file.js";
import { reasonOf, runCommand } from "./run-command.js";

/** What a virtual environment is made from. */
export interface VirtualEnvironmentPlan {
  readonly base: Interpreter;
  readonly environment: Pick<LocalEnvironment, "name" | "installation" | "files" | "digest">;
  /** Directory with the repository's files. */
  readonly root: string;
  /** Directory of all environments; made if need be. */
  readonly cache: string;
  /** Takes pip's output, line by line. */
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const COMPLETE = ".nbv-complete";

/** Where the files of the repository that were installed from are, in the environment. */
const SOURCE = "nbv-source";

/** Name of the environment: the same one on the same Python is the same. */
export function environmentName({ base, environment }: Pick<VirtualEnvironmentPlan, "base" | "environment">): string {
  const hash = createHash("sha256").update(`${base.path}\0${base.version}\0${environment.digest}`);
  return hash.digest("hex").slice(0, 20);
}

/** Python of an environment that was made before, if it was. */
export async function cachedEnvironment(plan: VirtualEnvironmentPlan): Promise<string | undefined> {
  const directory = join(plan.cache, environmentName(plan));
  const isThere = await stat(join(directory, COMPLETE))
    .then(() => true)
    .catch(() => false);
  return isThere ? pythonOf(directory) : undefined;
}

/**
 * Makes the environment as a build makes its image: the same files with the same layout, the same arguments for pip, the
 * same kernel. A second process that wants the same one waits.
 * @throws UserError with the end of pip's output when something can't be installed
 */
export async function makeEnvironment(plan: VirtualEnvironmentPlan): Promise<string> {
  const directory = join(plan.cache, environmentName(plan));
  await mkdir(plan.cache, { recursive: true });
  return await withLock(`${directory}.lock`, plan.signal, async () => {
    const made = await cachedEnvironment(plan);
    if (made !== undefined) return made;
    await rm(directory, { recursive: true, force: true });
    try {
      await run([plan.base.path, "-I", "-m", "venv", directory], plan, "the virtual environment could not be made");
      await install(plan, directory);
      await writeFile(join(directory, COMPLETE), "");
      return pythonOf(directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  });
}

async function install(plan: VirtualEnvironmentPlan, directory: string): Promise<void> {
  const { installation, name } = plan.environment;
  const python = pythonOf(directory);
  const pip = [python, "-I", "-m", "pip"];
  const source = join(directory, SOURCE);
  await mkdir(source);
  for (const path of installation?.copies ?? []) await copy(plan, path, source);
  if (installation !== undefined) {
    const { pipArguments, workingDirectory } = installation;
    const cwd = join(source, workingDirectory ?? "");
    const own = pipArguments.map((each) => inDirectory(each, source));
    await run([...pip, "install", ...QUIET, ...own], plan, `the packages of ${name} could not be installed`, cwd);
  }
  if (!(await hasModule(python, "ipykernel", plan))) {
    // What is installed stays as it is, as in an image.
    const { lines } = await runCommand([...pip, "list", "--format=freeze", ...QUIET], {
      cwd: source,
      onProgress: () => undefined,
      signal: plan.signal,
    });
    const constraints = join(source, ".installed");
    await writeFile(constraints, lines.filter((line) => /^[^\s=]+==[^\s]+$/.test(line)).join("\n"));
    const kernel = ["install", ...QUIET, "--constraint", constraints, ...KERNEL_REQUIREMENTS];
    await run([...pip, ...kernel], plan, "ipykernel could not be installed");
  }
  if (installation?.checksConflicts === true) {
    await run([...pip, "check", ...QUIET], plan, `the packages of ${name} contradict each other (failOnConflict)`);
  }
}

const QUIET = ["--disable-pip-version-check", "--no-input"] as const;

/** A file as it was read when the environment was planned; directories as they are, without Git's own. */
async function copy({ environment, root }: VirtualEnvironmentPlan, path: string, into: string): Promise<void> {
  const target = join(into, path);
  await mkdir(dirname(target), { recursive: true });
  const content = environment.files.get(path);
  if (content !== undefined) return await writeFile(target, content);
  await cp(join(root, path), target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => basename(file) !== ".git",
  });
}

/** A path in the image, here. */
function inDirectory(word: string, directory: string): string {
  const there = environmentPath("");
  return word === there || word.startsWith(`${there}/`) ? directory + word.slice(there.length) : word;
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

async function run(
  argv: readonly string[],
  plan: VirtualEnvironmentPlan,
  what: string,
  cwd: string = plan.root,
): Promise<void> {
  const { onProgress, signal } = plan;
  const { code, lines } = await runCommand(argv, { cwd, onProgress, signal });
  signal?.throwIfAborted();
  if (code === 0) return;
  throw new UserError({
    what,
    where: reasonOf(lines),
    fix: "correct the requirements, connect to the package index, or name a Python that has the packages: --python PATH",
  });
}
