import { SourceError } from "../source-resolver.js";
import { directoryBytes } from "./directory-bytes.js";
import type { GitLimits } from "./git-policy.js";
import type { GitSession } from "./git-session.js";

const ALL_REFS = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
const FETCH = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-auto-maintenance",
  "--no-recurse-submodules",
];

/** Makes the session's directory an empty bare repository. @param object decides between SHA-1 and SHA-256 */
export async function initRepository(session: GitSession, object: string, signal?: AbortSignal): Promise<void> {
  const format = object.length === 64 ? ["--object-format=sha256"] : [];
  const args = ["init", "--quiet", "--bare", "--template=", ...format, "repository.git"];
  const result = await session.git(args, { timeoutMs: 30_000, ...(signal === undefined ? {} : { signal }) });
  if (result.code === 0) return;
  const why = result.stopped?.message ?? result.stderr.trim().slice(-300);
  throw new SourceError("Unknown", `git could not make a repository in its temporary directory (${why})`);
}

/** Whether the server has this very commit, even one that no branch or tag points to. */
export async function hasCommit(
  session: GitSession,
  commit: string,
  limits: GitLimits,
  signal: AbortSignal,
): Promise<boolean> {
  await initRepository(session, commit, signal);
  try {
    await fetchInto(session, ["--depth=1", "--filter=tree:0"], [commit], limits, signal);
  } catch (error) {
    if (error instanceof SourceError && error.reason === "GitRefNotFound" && !refusesThisWay(error)) return false;
    if (!refusesThisWay(error)) throw error;
    await fetchInto(session, ["--filter=tree:0"], ALL_REFS, limits, signal);
  }
  return await isCommitHere(session, commit, signal);
}

/** Fetches the commits (not their files, where the server can leave them out) of all branches and tags. */
export async function fetchHistory(session: GitSession, limits: GitLimits, signal: AbortSignal): Promise<void> {
  await initRepository(session, "", signal);
  await fetchInto(session, ["--filter=tree:0"], ALL_REFS, limits, signal);
}

/** The fetched commits whose names start with these hex digits. */
export async function commitsWithPrefix(
  session: GitSession,
  prefix: string,
  limits: GitLimits,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const options = { timeoutMs: limits.askMs, signal };
  const listed = await session.git(["-C", "repository.git", "rev-parse", `--disambiguate=${prefix}`], options);
  const objects = listed.stdout.split("\n").filter((line) => line.startsWith(prefix));
  const commits: string[] = [];
  for (const object of objects.slice(0, 50)) if (await isCommitHere(session, object, signal)) commits.push(object);
  return commits;
}

/**
 * Fetches refspecs into the session's repository, within the limits of time and size.
 * @throws SourceError
 */
export async function fetchInto(
  session: GitSession,
  options: readonly string[],
  refspecs: readonly string[],
  limits: GitLimits,
  signal?: AbortSignal,
): Promise<void> {
  const watch = async () => {
    const bytes = await directoryBytes(`${session.directory}/repository.git`);
    return bytes > limits.fetchBytes
      ? `The repository is larger than the limit of ${limits.fetchBytes} bytes`
      : undefined;
  };
  const memory = { maxBytes: limits.maxFetchMemoryBytes, mostlyFor: "what it sends (a list of refs, history, a file)" };
  const run = { timeoutMs: limits.fetchMs, memory, watch, ...(signal === undefined ? {} : { signal }) };
  await session.contact(["-C", "repository.git", ...FETCH, ...options, "--"], refspecs, run);
  const over = await watch();
  if (over !== undefined) throw new SourceError("SourceTooLarge", over);
}

/** Whether the object was fetched and is a commit. */
export async function isCommitHere(session: GitSession, object: string, signal?: AbortSignal): Promise<boolean> {
  const args = ["-C", "repository.git", "cat-file", "-t", object];
  const result = await session.git(args, { timeoutMs: 30_000, ...(signal === undefined ? {} : { signal }) });
  return result.code === 0 && result.stdout.trim() === "commit";
}

/**
 * Whether another way of asking may succeed: the server hands out refs only, the named ref is gone, or it can't serve
 * shallow copies. A server that says that it has no such commit is believed.
 */
export function refusesThisWay(error: unknown): boolean {
  if (!(error instanceof SourceError) || !(error.cause instanceof Error)) return false;
  return /unadvertised object|couldn't find remote ref|dumb http transport|does not support shallow/.test(
    error.cause.message,
  );
}
