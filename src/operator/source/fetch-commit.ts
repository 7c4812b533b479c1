import { readdir } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { SourceError } from "../source-resolver.js";
import { type GitPolicy, limitsOf } from "./git-policy.js";
import { isFullSha } from "./git-ref.js";
import { withGitSession } from "./git-session.js";
import { obtainCommit } from "./obtain-commit.js";
import { checkTree, parseTreeListing } from "./tree-listing.js";
import { type WrittenTree, writeTree } from "./write-tree.js";

/** Which commit, from where, to where. */
export interface FetchRequest {
  readonly url: string;
  /** Full object name. */
  readonly commit: string;
  /** The ref that it was resolved from: a help where servers hand out refs only. */
  readonly ref?: string | undefined;
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** An empty directory. */
  readonly into: string;
  /** Parent of the private directory of this fetch. @default the system's temporary directory */
  readonly scratch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the files of one commit, and nothing else of the repository, into a directory.
 * What git is good at (transport, integrity) is git's; checking out is ours: see `write-tree.ts`.
 * @throws SourceError
 */
export async function fetchCommit(request: FetchRequest, policy: GitPolicy): Promise<WrittenTree> {
  if (!isFullSha(request.commit)) throw new SourceError("GitRefused", "The commit is not a full object name");
  if ((await readdir(request.into)).length > 0) throw new Error(`${request.into} is not empty`);
  return await withGitSession({ ...request, policy }, async (session) => {
    const { signal } = request;
    const limits = limitsOf(policy);
    const commit = request.commit.toLowerCase();
    await obtainCommit(session, { commit, ref: request.ref }, limits, signal);
    const listing = await session.git(["-C", "repository.git", "ls-tree", "-r", "-z", "-l", "--full-tree", commit], {
      timeoutMs: limits.askMs,
      maxOutput: limits.files * 400,
      ...(signal === undefined ? {} : { signal }),
    });
    if (listing.stopped?.kind === "output") throw new SourceError("SourceTooLarge", "The commit lists too many files");
    if (listing.code !== 0) throw new SourceError("Unknown", `git could not list the commit: ${listing.stderr.trim()}`);
    const entries = parseTreeListing(listing.stdout);
    checkTree(entries, limits);
    let written: WrittenTree | undefined;
    const stream = async (stdin: Writable, stdout: Readable) => {
      written = await writeTree(entries, request.into, stdin, stdout);
    };
    const copied = await session.git(["-C", "repository.git", "cat-file", "--batch"], {
      timeoutMs: limits.fetchMs,
      stream,
      ...(signal === undefined ? {} : { signal }),
    });
    if (written === undefined || copied.code !== 0) {
      throw new SourceError("Unknown", `git could not read the commit's files: ${copied.stderr.trim().slice(-300)}`);
    }
    return written;
  });
}
