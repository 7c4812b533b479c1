import { distance } from "fastest-levenshtein";
import { type ResolvedSource, SourceError, type SourceRequest, type SourceResolver } from "../source-resolver.js";
import { chooseRef, parseRemoteRefs, type RemoteRef } from "./choose-ref.js";
import { type GitLimits, type GitPolicy, limitsOf } from "./git-policy.js";
import { parseRef, type RefText } from "./git-ref.js";
import { type GitRunOptions, type GitSession, withGitSession } from "./git-session.js";
import { commitsWithPrefix, fetchHistory, hasCommit } from "./remote-history.js";

/** Answers with the git binary. Sharing and limiting of questions is the caller's matter (`source-desk.ts`). */
export class GitSourceResolver implements SourceResolver {
  constructor(private readonly policy: GitPolicy = {}) {}

  async resolve(request: SourceRequest, signal: AbortSignal): Promise<ResolvedSource> {
    const ref = parseRef(request.ref);
    const access = { url: request.url, credentials: request.credentials, policy: this.policy };
    return await withGitSession(access, async (session) => {
      const asked = await askRemote(session, [ref], limitsOf(this.policy), signal);
      const refs = parseRemoteRefs(asked);
      const choice = chooseRef(ref, refs);
      switch (choice.kind) {
        case "commit":
          return { commit: choice.commit, ...(choice.warning === undefined ? {} : { warning: choice.warning }) };
        case "ambiguous":
          throw ambiguous(request.ref, choice.commits);
        case "unknown":
          return { commit: await this.search(session, ref, refs, signal) };
      }
    });
  }

  /** Looks for a commit that no branch or tag points to. */
  private async search(
    session: GitSession,
    ref: RefText,
    refs: readonly RemoteRef[],
    signal: AbortSignal,
  ): Promise<string> {
    const limits = limitsOf(this.policy);
    switch (ref.kind) {
      case "full-sha":
        if (await hasCommit(session, ref.sha, limits, signal)) return ref.sha;
        throw missing(ref.sha, session, refs);
      case "short-sha-or-name": {
        await fetchHistory(session, limits, signal);
        const commits = await commitsWithPrefix(session, ref.text.toLowerCase(), limits, signal);
        const [first] = commits;
        if (first === undefined) throw missing(ref.text, session, refs);
        if (commits.length > 1) throw ambiguous(ref.text, commits);
        return first;
      }
      case "full-name":
        throw missing(ref.name, session, refs);
      case "name": {
        const all = await session.contact(["ls-remote", "--heads", "--tags"], [], question(limits, signal));
        throw missing(ref.text, session, parseRemoteRefs(all));
      }
    }
  }
}

/**
 * What `git ls-remote` tells of these references and of their namesakes.
 * @throws SourceError
 */
export function askRemote(
  session: GitSession,
  refs: readonly RefText[],
  limits: GitLimits,
  signal: AbortSignal,
): Promise<string> {
  return session.contact(["ls-remote"], refs.flatMap(patterns), question(limits, signal));
}

function question(limits: GitLimits, signal: AbortSignal): GitRunOptions {
  const memory = { maxBytes: limits.maxAskMemoryBytes, mostlyFor: "its list of refs" };
  return { timeoutMs: limits.askMs, memory, signal };
}

/** What to ask for; servers with protocol 2 then send only that. */
function patterns(ref: RefText): readonly string[] {
  switch (ref.kind) {
    case "full-sha":
    case "short-sha-or-name":
      return ["HEAD", "refs/heads/*", "refs/tags/*"];
    case "full-name":
      return [ref.name, `${ref.name}^{}`];
    case "name":
      return [`refs/heads/${ref.text}`, `refs/tags/${ref.text}`, `refs/tags/${ref.text}^{}`];
  }
}

function missing(text: string, session: GitSession, refs: readonly RemoteRef[]): SourceError {
  const names = refs.map((ref) => ref.name.replace(/^refs\/(heads|tags)\//, ""));
  const near = [...new Set(names)]
    .map((name) => ({ name, far: distance(name.toLowerCase(), text.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, Math.floor(text.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return new SourceError("GitRefNotFound", `${session.remote.url} has no branch, tag or commit "${text}"${hint}`);
}

function ambiguous(text: string, commits: readonly string[]): SourceError {
  const some = commits.slice(0, 3).map((commit) => commit.slice(0, Math.max(12, text.length + 4)));
  return new SourceError(
    "GitRefNotFound",
    `"${text}" abbreviates several commits (${some.join(", ")}): write more digits`,
  );
}
