import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type NotebookValidationJob, type OperatorConfig, parseOperatorConfig } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { Secret } from "../kube/index.js";
import { SourceError, type SourceResolver } from "../operator/index.js";
import { fetchCommit } from "../operator/source/fetch-commit.js";
import { type GitPolicy, networkEnvironment } from "../operator/source/git-policy.js";
import { GitSourceResolver } from "../operator/source/git-source-resolver.js";
import { LocalTreeResolver } from "../operator/source/local-tree.js";

/** Where a job's files come from in a local run. */
export interface LocalSource {
  readonly resolver: SourceResolver;
  /** Absolute path of the directory that takes the repository's place. */
  readonly tree?: string;
  /** The operator's configuration by which pods fetch it: that of this user on this computer. */
  readonly config: OperatorConfig;
  /** A directory that holds the files, to look at before the run; `undefined` when they can't be fetched. */
  files(): Promise<string | undefined>;
  /** Removes what {@link files} made. */
  close(): Promise<void>;
}

/** Names under which this computer's own servers are reached. */
const OWN_NAMES = ["localhost", "127.0.0.1", "::1"];

/** The working tree of `--repo`, or the job's Git repository. @throws UserError when `--repo` is no directory */
export async function localSource(
  job: NotebookValidationJob,
  secrets: readonly Secret[],
  repo: string | undefined,
  signal: AbortSignal,
): Promise<LocalSource> {
  const knownHostsFile = join(homedir(), ".ssh", "known_hosts");
  const hasKnownHosts = existsSync(knownHostsFile);
  const knownHosts = hasKnownHosts ? readFileSync(knownHostsFile, "utf8") : undefined;
  const policy = gitPolicy(knownHosts);
  const git = new GitSourceResolver(policy);
  if (repo !== undefined) {
    const tree = resolve(repo);
    const isDirectory = await stat(tree)
      .then((info) => info.isDirectory())
      .catch(() => false);
    if (!isDirectory) throw new UserError({ what: `--repo ${repo} is not a directory` });
    const local = new LocalTreeResolver(tree);
    // Any other repository is the golden notebook's own.
    const resolver: SourceResolver = {
      resolve: (request, stop) =>
        request.url === job.spec.notebook.git.url ? local.resolve() : git.resolve(request, stop),
    };
    const config = operatorConfig(knownHosts);
    return { resolver, tree, config, files: async () => tree, close: async () => undefined };
  }
  const resolver = git;
  let directory: string | undefined;
  return {
    resolver,
    config: operatorConfig(knownHosts),
    files: async () => {
      directory = await mkdtemp(join(tmpdir(), "nbv-source-"));
      const into = join(directory, "files");
      await mkdir(into);
      const { url, ref } = job.spec.notebook.git;
      const credentials = credentialsOf(job, secrets);
      try {
        const { commit } = await resolver.resolve({ url, ref, ...(credentials ? { credentials } : {}) }, signal);
        await fetchCommit({ url, ref, commit, credentials, into, scratch: directory, signal }, policy);
      } catch (error) {
        // The run itself will say so in the job's status.
        if (!(error instanceof SourceError)) throw error;
        return undefined;
      }
      return into;
    },
    close: async () => {
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** {@link gitPolicy} for the operator. */
function operatorConfig(knownHosts = ""): OperatorConfig {
  const config = parseOperatorConfig({ git: { allowLoopback: true, allowPlainHttpCredentials: OWN_NAMES } });
  // Past the parser: people's files may be longer than it allows in a cluster.
  return { ...config, git: { ...config.git, knownHosts } };
}

function gitPolicy(knownHosts: string | undefined): GitPolicy {
  const environment = networkEnvironment(process.env);
  const resolvedByProxy = Object.keys(environment).some((name) => /^(?:https?|all)_proxy$/i.test(name));
  return {
    addresses: { allowLoopback: true, resolvedByProxy },
    plainHttpCredentialHosts: OWN_NAMES,
    environment,
    ...(knownHosts === undefined ? {} : { knownHosts }),
  };
}

function credentialsOf(job: NotebookValidationJob, secrets: readonly Secret[]): Record<string, string> | undefined {
  const name = job.spec.notebook.git.credentialsSecret;
  const secret = secrets.find(({ metadata }) => metadata.name === name);
  if (secret === undefined) return undefined;
  const decoded = Object.entries(secret.data ?? {}).map(([key, text]) => [
    key,
    Buffer.from(text, "base64").toString("utf8"),
  ]);
  return Object.fromEntries(decoded) as Record<string, string>;
}
