import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitPolicy } from "../../src/operator/source/git-policy.js";
import { type GitHttpServer, startGitHttpServer } from "./git-http-server.js";
import { makeRepository, type TestRepository } from "./git-repository.js";

/** Lets the servers of {@link serveRepository} be asked, by machines that do other things, too. */
export const POLICY: GitPolicy = {
  addresses: { allowLoopback: true },
  plainHttpCredentialHosts: ["127.0.0.1"],
  limits: { askMs: 20_000, fetchMs: 30_000 },
};

/** The login of {@link ServedRepository.closed}, with characters that URLs and shells change. */
export const LOGIN = { username: "ada", password: "p4ss:word/@ü" };

/** A repository behind two Git servers; see {@link serveRepository}. */
export interface ServedRepository {
  /** Directory that both servers serve. */
  readonly root: string;
  /** At `<server>/repo`. */
  readonly repository: TestRepository;
  /** Asks nobody who they are. */
  readonly open: GitHttpServer;
  /** Wants {@link LOGIN}. */
  readonly closed: GitHttpServer;
  close(): Promise<void>;
}

/** Makes an empty repository and serves it on loopback, once open and once behind a login. */
export async function serveRepository(): Promise<ServedRepository> {
  const root = mkdtempSync(join(tmpdir(), "nbv-test-"));
  const repository = makeRepository(join(root, "repo"));
  const [open, closed] = await Promise.all([startGitHttpServer({ root }), startGitHttpServer({ root, login: LOGIN })]);
  return {
    ...{ root, repository, open, closed },
    close: async () => {
      await Promise.all([open.close(), closed.close()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
