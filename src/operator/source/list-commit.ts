import type { Readable, Writable } from "node:stream";
import type { TreeEntry } from "../../build/index.js";
import { SourceError } from "../source-resolver.js";
import type { GitLimits } from "./git-policy.js";
import type { GitSession } from "./git-session.js";
import { checkTree, type TreeEntry as ListedEntry, parseTreeRecord, treeEntry } from "./tree-listing.js";

const DIRECTORY_MODE = "040000";
const LONGEST_RECORD = 8192;

const KINDS = { file: "file", executable: "file", symlink: "link", submodule: "submodule" } as const;

/**
 * Every file, link, directory and submodule of a commit that is in the session's repository, by path.
 * @throws SourceError `GitRefused` or `SourceTooLarge` for trees that are hostile or over the limits
 */
export async function listCommit(
  session: GitSession,
  commit: string,
  limits: GitLimits,
  signal: AbortSignal,
): Promise<Map<string, TreeEntry>> {
  const options = { timeoutMs: limits.askMs, signal };
  const root = await session.git(["-C", "repository.git", "rev-parse", "--verify", `${commit}^{tree}`], options);
  const tree = new Map<string, TreeEntry>([["", { path: "", kind: "directory", objectId: root.stdout.trim() }]]);
  const leaves: ListedEntry[] = [];
  const stream = async (_stdin: Writable, stdout: Readable): Promise<void> => {
    for await (const text of nulSeparated(stdout)) {
      const record = parseTreeRecord(text);
      const { mode, object, path } = record;
      if (mode === DIRECTORY_MODE) {
        tree.set(path, { path, kind: "directory", objectId: object });
      } else {
        const leaf = treeEntry(record);
        tree.set(path, { path, kind: KINDS[leaf.kind], objectId: object });
        leaves.push(leaf);
      }
      // Honest repositories have more files than directories.
      if (leaves.length > limits.files || tree.size > 2 * limits.files) throw tooMany(limits);
    }
  };
  // Without sizes: git looks for every file that was left out, one by one.
  const args = ["-C", "repository.git", "ls-tree", "-r", "-t", "-z", "--full-tree", commit];
  const listing = await session.git(args, { ...options, stream });
  if (listing.code !== 0 || root.code !== 0) {
    const why = listing.stopped?.message ?? `${listing.stderr}${root.stderr}`.trim().slice(-300);
    throw new SourceError("Unknown", `git could not list the commit: ${why}`);
  }
  checkTree(leaves, limits);
  return tree;
}

async function* nulSeparated(stream: Readable): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let text = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = text.indexOf(0); end >= 0; end = text.indexOf(0)) {
      yield text.subarray(0, end).toString("utf8");
      text = text.subarray(end + 1);
    }
    if (text.byteLength > LONGEST_RECORD) {
      throw new SourceError("GitRefused", "The repository was refused: it has a path of more than 8000 bytes");
    }
    // A copy: what was read must not keep the whole chunk.
    rest = Buffer.from(text);
  }
}

function tooMany({ files }: GitLimits): SourceError {
  return new SourceError("SourceTooLarge", `The commit has too many files; the limit is ${files}`);
}
