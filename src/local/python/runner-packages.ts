import { createHash } from "node:crypto";
import { access, constants, copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../api/index.js";
import { hasRunnerPackages } from "../../operator/source/prepare-source.js";
import { withLock } from "./lock-file.js";
import { reasonOf, runCommand } from "./run-command.js";

/** How the packages that travel with the runner are had. */
export interface RunnerPackagesPlan {
  /** The package's `runner/`. */
  readonly runner: string;
  /** Pythons by preference; the first that has pip fetches the packages. */
  readonly pythons: readonly string[];
  /** Keeps the packages where `runner/` can't be written; made if need be. */
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Told once, when packages have to be fetched. */
  readonly onFetch: (line: string) => void;
  /** Takes pip's output, line by line. */
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Whether a directory can be written. @default asks the file system */
  readonly isWritable?: (directory: string) => Promise<boolean>;
}

const SCRIPT = "vendor.sh";
const INPUTS = [SCRIPT, "requirements-py310.txt", "requirements-py39.txt"] as const;

/**
 * The directory of the packages that travel with the runner. In a fresh checkout they are fetched first: into
 * `runner/vendor`, or the cache where that can't be written; a second process that wants them waits.
 * @throws UserError with the end of pip's output when they can't be fetched
 */
export async function runnerPackages(plan: RunnerPackagesPlan): Promise<string> {
  const own = join(plan.runner, "vendor");
  if (await hasRunnerPackages(own)) return own;
  const home = (await (plan.isWritable ?? isWritable)(plan.runner)) ? plan.runner : await cachedHome(plan);
  const packages = join(home, "vendor");
  if (await hasRunnerPackages(packages)) return packages;
  await mkdir(packages, { recursive: true });
  return await withLock(join(packages, ".lock"), plan.signal, async () => {
    if (!(await hasRunnerPackages(packages))) await fetchPackages(plan, home);
    return packages;
  });
}

async function fetchPackages(plan: RunnerPackagesPlan, home: string): Promise<void> {
  const python = await withPip(plan);
  if (home !== plan.runner) {
    for (const name of INPUTS) await copyFile(join(plan.runner, name), join(home, name));
  }
  plan.onFetch("fetching the packages that travel with the runner, this once");
  const { code, lines } = await runCommand(["/bin/sh", join(home, SCRIPT)], {
    cwd: home,
    env: { ...plan.environment, PYTHON: python },
    onProgress: plan.onProgress,
    signal: plan.signal,
  });
  plan.signal?.throwIfAborted();
  if (code === 0 && (await hasRunnerPackages(join(home, "vendor")))) return;
  throw new UserError({
    what: "the packages that travel with the runner could not be fetched",
    where: [...reasonOf(lines)],
    fix: "connect to the package index, or name a mirror with PIP_INDEX_URL; `make vendor` does only this",
  });
}

async function withPip({ pythons, runner: cwd, signal }: RunnerPackagesPlan): Promise<string> {
  for (const python of pythons) {
    const asked = runCommand([python, "-I", "-m", "pip", "--version"], { cwd, signal, onProgress: () => undefined });
    if ((await asked.catch(() => undefined))?.code === 0) return python;
  }
  signal?.throwIfAborted();
  throw new UserError({
    what: "the packages that travel with the runner are missing, and no Python with pip is there to fetch them",
    where: [...pythons],
    fix: "run `make vendor` with PYTHON=<a Python that has pip>",
  });
}

/** A directory of the cache for exactly these packages. */
async function cachedHome({ runner, cache }: RunnerPackagesPlan): Promise<string> {
  const hash = createHash("sha256");
  for (const name of INPUTS) {
    const text = await readFile(join(runner, name), "utf8").catch(() => {
      throw new UserError({ what: `${join(runner, name)} is missing`, fix: "install the package again" });
    });
    hash.update(`${name}\0${text.length}\0${text}\0`);
  }
  const home = join(cache, "runner", hash.digest("hex").slice(0, 20));
  await mkdir(home, { recursive: true });
  return home;
}

async function isWritable(directory: string): Promise<boolean> {
  return await access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
}
