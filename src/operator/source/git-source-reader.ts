import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SourceFacts, TreeEntry } from "../../build/index.js";
import type {
  Content,
  SourceAnswer,
  SourceDossier,
  SourceFactsRequest,
  SourceReader,
  Wanted,
} from "../source-reader.js";
import { SourceError } from "../source-resolver.js";
import { FACTS_LIMITS, gatherFacts, type ReadContents, tooLarge } from "./gather-facts.js";
import { type GitLimits, type GitPolicy, limitsOf } from "./git-policy.js";
import { isFullSha } from "./git-ref.js";
import { type GitSession, withGitSession } from "./git-session.js";
import { listCommit } from "./list-commit.js";
import { obtainCommit, type WantedCommit } from "./obtain-commit.js";
import { blobSizes, readBlobs } from "./read-blobs.js";
import { fetchInto, initRepository, refusesThisWay } from "./remote-history.js";

/** What reading facts may cost the operator, in place of the limits of a whole fetch. */
const COST: Pick<GitLimits, "fetchBytes" | "maxFetchMemoryBytes"> = {
  // Three at a time fit into the operator's temporary volume.
  fetchBytes: 128 * 1024 ** 2,
  maxFetchMemoryBytes: 192 * 1024 ** 2,
};

/**
 * Reads facts with the git binary and without a checkout: the trees of one commit, and the few files that are wanted. Nothing
 * of the repository is run, filtered or followed out of it.
 */
export class GitSourceReader implements SourceReader {
  readonly #policy: GitPolicy;
  readonly #limits: GitLimits;

  constructor(policy: GitPolicy = {}) {
    this.#policy = policy;
    this.#limits = { ...limitsOf(policy), ...COST, ...policy.limits };
  }

  async read(
    request: SourceFactsRequest,
    questions: readonly Wanted[],
    known: SourceDossier | undefined,
    signal: AbortSignal,
  ): Promise<SourceAnswer> {
    if (!isFullSha(request.commit)) throw new SourceError("GitRefused", "The commit is not a full object name");
    if (known !== undefined) {
      const facts = await fromMemory(known, questions);
      if (facts !== undefined) return { dossier: known, facts };
    }
    const { url, credentials, ref } = request;
    const commit = request.commit.toLowerCase();
    const wanted: WantedCommit = { commit, ref };
    return await withGitSession({ url, credentials, policy: this.#policy }, async (session) => {
      if (known !== undefined) await initRepository(session, commit, signal);
      const tree = known?.tree ?? (await this.#tree(session, wanted, signal));
      const contents = new Map(known?.contents);
      const read: ReadContents = async (entries) => {
        const ids = [...new Set(entries.map(({ objectId }) => objectId))];
        const found = await this.#contents(session, wanted, ids, signal);
        return new Map(entries.map(({ path, objectId }) => [path, found.get(objectId) ?? "could not be read"]));
      };
      const facts: SourceFacts[] = [];
      for (const question of questions) facts.push(await gatherFacts({ commit, tree }, question, read, contents));
      return { dossier: known ? { ...known, contents } : { commit, tree, contents, warnings: warnings(tree) }, facts };
    });
  }

  /** The commit's directories without its files, as far as the server can leave those out. */
  async #tree(session: GitSession, wanted: WantedCommit, signal: AbortSignal): Promise<Map<string, TreeEntry>> {
    try {
      await obtainCommit(session, { ...wanted, filter: "blob:none" }, this.#limits, signal);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const why = "its directories are too large, or its server can't leave its files out (partial clone)";
      throw new SourceError(error.reason, `${error.message}: ${why}`, { cause: error });
    }
    return await listCommit(session, wanted.commit, this.#limits, signal);
  }

  async #contents(
    session: GitSession,
    wanted: WantedCommit,
    objects: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, Content>> {
    const options = { timeoutMs: this.#limits.askMs, signal };
    const here = await blobSizes(session, objects, options);
    const missing = objects.filter((object) => !here.has(object));
    if (missing.length > 0 && !(await this.#fetchBlobs(session, wanted, missing, signal))) {
      return await this.#oneByOne(session, wanted, objects, signal);
    }
    for (const [object, size] of await blobSizes(session, missing, options)) here.set(object, size);
    const small = [...here].filter(([, size]) => size <= FACTS_LIMITS.fileBytes).map(([object]) => object);
    const contents = new Map<string, Content>(await readBlobs(session, small, options));
    for (const [object, size] of here) {
      if (size > FACTS_LIMITS.fileBytes) contents.set(object, tooLarge(FACTS_LIMITS.fileBytes));
    }
    return contents;
  }

  /** One of these is too large to be received. Which one shows when each is asked for by itself. */
  async #oneByOne(
    session: GitSession,
    wanted: WantedCommit,
    objects: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, Content>> {
    const contents = new Map<string, Content>();
    for (const object of objects) {
      await removeRepository(session);
      await initRepository(session, wanted.commit, signal);
      if (objects.length === 1) return contents.set(object, tooLarge(FACTS_LIMITS.fileBytes));
      for (const [id, content] of await this.#contents(session, wanted, [object], signal)) contents.set(id, content);
    }
    return contents;
  }

  /** @returns whether they were not too large to be received */
  async #fetchBlobs(
    session: GitSession,
    wanted: WantedCommit,
    objects: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await fetchInto(session, [], objects, this.#limits, signal);
    } catch (error) {
      if (isTooLarge(error)) return false;
      if (!refusesThisWay(error)) throw error;
      // The server hands out whole commits only.
      await removeRepository(session);
      await obtainCommit(session, wanted, this.#limits, signal);
    }
    return true;
  }
}

function removeRepository(session: GitSession): Promise<void> {
  return rm(join(session.directory, "repository.git"), { recursive: true, force: true });
}

function isTooLarge(error: unknown): error is SourceError {
  return error instanceof SourceError && error.reason === "SourceTooLarge";
}

/** What the questions want, if all of it was read before. */
async function fromMemory(known: SourceDossier, questions: readonly Wanted[]): Promise<SourceFacts[] | undefined> {
  const missing = new Error("not read yet");
  const read: ReadContents = () => Promise.reject(missing);
  try {
    const contents = new Map(known.contents);
    return await Promise.all(questions.map((wanted) => gatherFacts(known, wanted, read, contents)));
  } catch (error) {
    if (error === missing) return undefined;
    throw error;
  }
}

function warnings(tree: ReadonlyMap<string, TreeEntry>): string[] {
  const submodules = [...tree.values()].filter(({ kind }) => kind === "submodule").map(({ path }) => path);
  if (submodules.length === 0) return [];
  const shown = submodules.slice(0, 5).map((path) => JSON.stringify(path));
  return [`${submodules.length} submodules are not fetched: ${shown.join(", ")}${submodules.length > 5 ? ", …" : ""}`];
}
