import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SourceError } from "../source-resolver.js";
import type { GitLimits } from "./git-policy.js";
import { parseRef } from "./git-ref.js";
import type { GitSession } from "./git-session.js";
import { fetchInto, initRepository, isCommitHere, refusesThisWay } from "./remote-history.js";

/** Which commit, and how it may be asked for. */
export interface WantedCommit {
  /** Full object name. */
  readonly commit: string;
  /** The ref that it was resolved from: a help where servers hand out refs only. */
  readonly ref?: string | undefined;
  /** What the server may leave out, if it knows how: `blob:none`. @default nothing */
  readonly filter?: string;
}

/**
 * Brings one commit into a new repository of the session, from servers of any age.
 * @throws SourceError
 */
export async function obtainCommit(
  session: GitSession,
  wanted: WantedCommit,
  limits: GitLimits,
  signal?: AbortSignal,
): Promise<void> {
  const { commit, filter } = wanted;
  const ref = wanted.ref === undefined ? undefined : parseRef(wanted.ref);
  const named = ref?.kind === "name" || ref?.kind === "full-name" ? wanted.ref : undefined;
  await initRepository(session, commit, signal);
  const configFile = join(session.directory, "repository.git", "config");
  const config = await readFile(configFile);
  const ways = [
    { options: ["--depth=1"], refspecs: [commit] },
    ...(named === undefined ? [] : [{ options: ["--depth=1"], refspecs: [named] }]),
    // Everything: deep, also where the way before left a shallow copy.
    { options: ["--depth=2147483647"], refspecs: ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"] },
  ];
  for (const { options, refspecs } of ways) {
    try {
      const filtered = filter === undefined ? options : [...options, `--filter=${filter}`];
      await fetchInto(session, filtered, refspecs, limits, signal);
    } catch (error) {
      if (!refusesThisWay(error)) throw error;
    }
    // git notes that the server promised what it left out, and would ask it for one object after the other by itself.
    if (filter !== undefined) await writeFile(configFile, config);
    if (await isCommitHere(session, commit, signal)) return;
  }
  throw new SourceError("GitRefNotFound", `${session.remote.url} does not have the commit ${commit} (any more)`);
}
