import type { BranchesRequest, BranchReader } from "../branch-reader.js";
import { chooseRef, parseRemoteRefs } from "./choose-ref.js";
import { type GitPolicy, limitsOf } from "./git-policy.js";
import { parseRef, type RefText } from "./git-ref.js";
import { withGitSession } from "./git-session.js";
import { askRemote } from "./git-source-resolver.js";

/** Answers with the git binary, by one `ls-remote`. */
export class GitBranchReader implements BranchReader {
  constructor(private readonly policy: GitPolicy = {}) {}

  async branches({ url, refs, credentials }: BranchesRequest, signal: AbortSignal): Promise<Map<string, string>> {
    const names = refs.map((ref) => ({ ref, name: movingName(parseRef(ref)) })).filter(hasName);
    const commits = new Map<string, string>();
    const limits = limitsOf(this.policy);
    if (names.length === 0) return commits;
    await withGitSession({ url, credentials, policy: this.policy }, async (session) => {
      const patterns = names.map(({ name }) => name);
      const told = parseRemoteRefs(await askRemote(session, patterns, limits, signal));
      for (const { ref, name } of names) {
        const choice = chooseRef(name, told);
        if (choice.kind === "commit") commits.set(ref, choice.commit);
      }
    });
    return commits;
  }
}

type MovingName = Extract<RefText, { kind: "name" | "full-name" }>;

/** The reference as a name that can move. What may be an abbreviated commit is asked about as a name alone. */
function movingName(ref: RefText): MovingName | undefined {
  switch (ref.kind) {
    case "full-sha":
      return undefined;
    case "short-sha-or-name":
      return { kind: "name", text: ref.text };
    case "full-name":
    case "name":
      return ref;
  }
}

function hasName(each: { ref: string; name: MovingName | undefined }): each is { ref: string; name: MovingName } {
  return each.name !== undefined;
}
