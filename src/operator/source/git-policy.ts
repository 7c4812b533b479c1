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
}

const GIB = 1024 ** 3;

/** The limits of a policy, defaults filled in. */
export function limitsOf(policy: GitPolicy): GitLimits {
  return {
    askMs: 60_000,
    fetchMs: 600_000,
    fetchBytes: 2 * GIB,
    files: 200_000,
    fileBytes: GIB,
    treeBytes: 4 * GIB,
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
