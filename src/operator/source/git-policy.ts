import type { AddressPolicy } from "./address-policy.js";

/** What the operator's configuration lets Git do. Everything has a safe default. */
export interface GitPolicy {
  /** @default loopback refused */
  readonly addresses?: AddressPolicy;
  /** Hosts to which credentials may go over plain `http://`. @default [] */
  readonly plainHttpCredentialHosts?: readonly string[];
  /** `known_hosts` lines of the operator, used when a Secret brings none. */
  readonly knownHosts?: string;
  /** Environment of proxies (`https_proxy`, `no_proxy`…) and trust (`SSL_CERT_FILE`, `GIT_SSL_CAINFO`). @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: Partial<GitLimits>;
}

/** How much a repository may cost. */
export interface GitLimits {
  /** One question to the remote, in milliseconds. @default 60_000 */
  readonly askMs: number;
  /**
   * Address space of a git process that asks a question, in bytes: git keeps the whole list of refs that a server sends
   * before it prints the first, so a server could fill the operator's memory. An ordinary question takes 24 to 48 MiB, of
   * which most is mapped libraries; a list of 250,000 refs took 112 MiB.
   * @default 128 MiB
   */
  readonly maxAskMemoryBytes: number;
  /** Fetching a commit, in milliseconds. @default 600_000 */
  readonly fetchMs: number;
  /** What may be received, in bytes. @default 2 GiB */
  readonly fetchBytes: number;
  /** Files of the commit. @default 200_000 */
  readonly files: number;
  /** One file, in bytes. @default 1 GiB */
  readonly fileBytes: number;
  /** All files, in bytes. @default 4 GiB */
  readonly treeBytes: number;
  /**
   * Address space of a git process that fetches, in bytes; below the memory limit of the containers that it runs in.
   * Files pass through in pieces: 550 MB of them were fetched within 96 MiB, and 150,000 commits within 64 MiB.
   * @default 384 MiB
   */
  readonly maxFetchMemoryBytes: number;
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** The limits of a policy, defaults filled in. */
export function limitsOf(policy: GitPolicy): GitLimits {
  return {
    askMs: 60_000,
    maxAskMemoryBytes: 128 * MIB,
    fetchMs: 600_000,
    fetchBytes: 2 * GIB,
    files: 200_000,
    fileBytes: GIB,
    treeBytes: 4 * GIB,
    maxFetchMemoryBytes: 384 * MIB,
    ...policy.limits,
  };
}

const INHERITED =
  /^(?:(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|GIT_SSL_CAPATH)$/;

/** The part of a process environment that git needs to reach the network: proxies and trusted certificates. */
export function networkEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => {
      const [name, value] = entry;
      return value !== undefined && value !== "" && INHERITED.test(name);
    }),
  );
}
