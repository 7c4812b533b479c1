import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, lstat, mkdir, readdir, readlink, stat, symlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { type ResolvedSource, SourceError, type SourceResolver } from "../source-resolver.js";
import { type GitPolicy, limitsOf } from "./git-policy.js";
import { askLocalGit } from "./local-git.js";
import { checkTree, sortSymlinks, type TreeEntry } from "./tree-listing.js";
import type { WrittenTree } from "./write-tree.js";

/** Directories that belong to tools and not to the source, left out where Git has no say. */
const NOT_SOURCE: ReadonlySet<string> = new Set([
  ".git",
  ".hg",
  ".svn",
  ".venv",
  "venv",
  "node_modules",
  "__pycache__",
  ".ipynb_checkpoints",
  ".cache",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  "nbv-report",
]);

/**
 * The files of a working tree as a commit of them would hold them: in a Git checkout those that are tracked or neither
 * tracked nor ignored, else all but the directories of tools.
 * @throws SourceError when there is no such directory, or it is over the limits
 */
export async function listLocalTree(directory: string, policy: GitPolicy = {}): Promise<TreeEntry[]> {
  const isDirectory = await stat(directory)
    .then((info) => info.isDirectory())
    .catch(() => false);
  if (!isDirectory) throw new SourceError("GitNotFound", `${directory} is not a directory`);
  const limits = limitsOf(policy);
  const paths = (await gitFiles(directory)) ?? (await allFiles(directory, limits.files));
  const entries: TreeEntry[] = [];
  for (const path of paths.sort()) {
    const info = await lstat(join(directory, path)).catch(() => undefined);
    const kind = info?.isSymbolicLink() ? "symlink" : info?.isFile() ? fileKind(info.mode) : undefined;
    if (info !== undefined && kind !== undefined) entries.push({ kind, object: "", size: info.size, path });
  }
  checkTree(entries, limits);
  return entries;
}

/** Copies those files into an empty directory; symbolic links that lead out of the tree are left out. */
export async function copyLocalTree(directory: string, into: string, policy: GitPolicy = {}): Promise<WrittenTree> {
  const entries = await listLocalTree(directory, policy);
  const targets = new Map<string, string>();
  let files = 0;
  let bytes = 0;
  for (const entry of entries) {
    const from = join(directory, entry.path);
    await mkdir(dirname(join(into, entry.path)), { recursive: true });
    if (entry.kind === "symlink") {
      targets.set(entry.path, await readlink(from));
      continue;
    }
    await copyFile(from, join(into, entry.path));
    files += 1;
    bytes += entry.size;
  }
  const { safe, escaping } = sortSymlinks(targets);
  for (const [path, target] of safe) await symlink(target, join(into, path));
  const warnings = escaping.map((path) => `the symbolic link ${path} leads out of the directory and was left out`);
  return { files: files + safe.size, bytes, warnings };
}

/** Answers for a local working tree: its commit when nothing was changed since, else a hash of what is there. */
export class LocalTreeResolver implements SourceResolver {
  /** @param directory root of the working tree */
  constructor(
    private readonly directory: string,
    private readonly policy: GitPolicy = {},
  ) {}

  async resolve(): Promise<ResolvedSource> {
    return { commit: (await cleanHead(this.directory)) ?? (await contentHash(this.directory, this.policy)) };
  }
}

async function cleanHead(directory: string): Promise<string | undefined> {
  const status = await askLocalGit(directory, ["status", "--porcelain", "--untracked-files=normal", "--", "."]);
  if (status !== "") return undefined;
  const head = await askLocalGit(directory, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  return head?.trim() || undefined;
}

async function contentHash(directory: string, policy: GitPolicy): Promise<string> {
  const whole = createHash("sha256");
  for (const { path, kind } of await listLocalTree(directory, policy)) {
    const content = createHash("sha256");
    if (kind === "symlink") content.update(await readlink(join(directory, path)));
    else for await (const chunk of createReadStream(join(directory, path))) content.update(chunk as Buffer);
    whole.update(`${kind} ${content.digest("hex")} ${path}\0`);
  }
  return `tree-${whole.digest("hex").slice(0, 40)}`;
}

async function gitFiles(directory: string): Promise<string[] | undefined> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const output = await askLocalGit(directory, args);
  const paths = output?.split("\0").filter((path) => path !== "");
  // A directory that Git ignores as a whole, inside some checkout, lists as empty.
  return paths === undefined || paths.length === 0 ? undefined : paths;
}

async function allFiles(root: string, limit: number): Promise<string[]> {
  const paths: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (!NOT_SOURCE.has(entry.name)) await visit(path);
        continue;
      }
      paths.push(relative(root, path).split(sep).join("/"));
      if (paths.length > limit) throw new SourceError("SourceTooLarge", `${root} has more than ${limit} files`);
    }
  };
  await visit(root);
  return paths;
}

function fileKind(mode: number): "file" | "executable" {
  return (mode & 0o111) === 0 ? "file" : "executable";
}
