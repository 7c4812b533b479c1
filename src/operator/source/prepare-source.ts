import { existsSync } from "node:fs";
import { chmod, copyFile, cp, lstat, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../api/user-error.js";
import { SourceError } from "../source-resolver.js";
import { fetchCommit } from "./fetch-commit.js";
import type { GitPolicy } from "./git-policy.js";
import { copyLocalTree } from "./local-tree.js";
import type { WrittenTree } from "./write-tree.js";

/** Where the source comes from, as the init container is told. */
export type PreparedFrom = PreparedFromGit | { readonly kind: "tree"; readonly directory: string };

/** One commit of a repository. */
export interface PreparedFromGit {
  readonly kind: "git";
  readonly url: string;
  readonly commit: string;
  readonly ref?: string | undefined;
  /** Mount of the credentials Secret. */
  readonly credentialsDirectory?: string | undefined;
}

/** The directories of the init container. */
export interface PreparedDirectories {
  /** Receives the source; empty. */
  readonly into: string;
  /** Receives the runner; absent in builds, which run no notebook. */
  readonly runnerInto?: string | undefined;
  /** The packages of the runner, where they don't lie in its own `vendor/`. */
  readonly runnerPackages?: string | undefined;
  /** The golden notebook's own repository, and the empty directory that receives it. */
  readonly golden?: { readonly from: PreparedFromGit; readonly into: string } | undefined;
}

/** What the runner is handed over: `key` and `config.json`, readable by this user only. */
export interface Handover {
  readonly into: string;
  /** As the runner reads it. */
  readonly keyText: string;
  /** JSON. */
  readonly config: string;
}

/**
 * Fills the volumes that the notebook's container needs.
 * @throws SourceError, UserError, the reason of `signal`
 */
export async function prepareSource(
  from: PreparedFrom,
  to: PreparedDirectories,
  policy: GitPolicy,
  handover?: Handover,
  signal?: AbortSignal,
): Promise<WrittenTree> {
  if (to.runnerInto !== undefined) await copyRunner(to.runnerInto, to.runnerPackages);
  const written =
    from.kind === "tree"
      ? await copyLocalTree(from.directory, to.into, policy)
      : await fetchTo(to.into, from, policy, signal);
  const golden = to.golden && (await fetchGolden(to.golden, policy, signal));
  signal?.throwIfAborted();
  // Last, so that the key lies nowhere when the fetch failed.
  if (handover !== undefined) await handOver(handover);
  if (golden === undefined) return written;
  return {
    files: written.files + golden.files,
    bytes: written.bytes + golden.bytes,
    warnings: [...written.warnings, ...golden.warnings.map((warning) => `golden notebook: ${warning}`)],
  };
}

async function fetchTo(
  into: string,
  { url, commit, ref, credentialsDirectory }: PreparedFromGit,
  policy: GitPolicy,
  signal: AbortSignal | undefined,
): Promise<WrittenTree> {
  const credentials = await readSecretMount(credentialsDirectory);
  return await fetchCommit({ url, commit, ref, into, credentials, signal }, policy);
}

async function fetchGolden(
  { from, into }: NonNullable<PreparedDirectories["golden"]>,
  policy: GitPolicy,
  signal: AbortSignal | undefined,
): Promise<WrittenTree> {
  try {
    return await fetchTo(into, from, policy, signal);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new SourceError(error.reason, `golden notebook: ${error.message}`, { cause: error });
  }
}

async function handOver({ into, keyText, config }: Handover): Promise<void> {
  for (const [name, text] of [
    ["config.json", config],
    ["key", keyText],
  ] as const) {
    await writeFile(join(into, name), text, { mode: 0o600, flag: "w" });
    await chmod(join(into, name), 0o600);
  }
}

/** Folders of the packages that travel with the runner, by the Python that they are for. */
const PACKAGES = ["py310", "py39"] as const;

/** Whether a directory holds all packages that travel with the runner. */
export async function hasRunnerPackages(directory: string): Promise<boolean> {
  const found = await Promise.all(PACKAGES.map((part) => lstat(join(directory, part)).catch(() => undefined)));
  return !found.includes(undefined);
}

/** Finds `runner/`, beside the compiled program or above it. @throws UserError when it is not there */
export async function runnerDirectory(from = fileURLToPath(import.meta.url)): Promise<string> {
  for (let at = dirname(from); ; at = dirname(at)) {
    const candidate = join(at, "runner");
    if ((await lstat(join(candidate, "main.py")).catch(() => undefined)) !== undefined) return candidate;
    if (dirname(at) === at) {
      throw new UserError({ what: "the runner is missing from this installation", fix: "install the package again" });
    }
  }
}

async function copyRunner(into: string, packages?: string): Promise<void> {
  const from = await runnerDirectory();
  const vendor = packages ?? join(from, "vendor");
  if (!(await hasRunnerPackages(vendor))) {
    throw new UserError({ what: "the packages that travel with the runner are missing", fix: "run `make vendor`" });
  }
  await mkdir(into, { recursive: true });
  await copyFile(join(from, "main.py"), join(into, "main.py"));
  const filter = (path: string) => !["__pycache__", "tests"].includes(basename(path)) && !path.endsWith(".pyc");
  await cp(join(from, "nbv_runner"), join(into, "nbv_runner"), { recursive: true, filter });
  for (const part of PACKAGES) await cp(join(vendor, part), join(into, "vendor", part), { recursive: true, filter });
}

/** Reads a mounted Secret: one file per key; the kubelet's own links begin with two full stops. */
async function readSecretMount(directory: string | undefined): Promise<Record<string, string> | undefined> {
  // An optional mount that nobody bound is not there.
  if (directory === undefined || !existsSync(directory)) return undefined;
  const data: Record<string, string> = {};
  for (const name of await readdir(directory)) {
    if (name.startsWith("..") || !(await stat(join(directory, name))).isFile()) continue;
    data[name] = await readFile(join(directory, name), "utf8");
  }
  return data;
}
