import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SourceError } from "../source-resolver.js";
import { allowedAddresses } from "./address-policy.js";
import { type GitCredentials, readCredentials, secretsOf } from "./credentials.js";
import { explainGitFailure } from "./explain-git-failure.js";
import { followRedirect } from "./follow-redirect.js";
import type { GitPolicy } from "./git-policy.js";
import { type GitRemote, parseGitUrl } from "./git-url.js";
import { type GitResult, type GitRun, runGit } from "./run-git.js";
import { sshCommand } from "./ssh-command.js";

/** Whom to talk to, and how. */
export interface GitAccess {
  readonly url: string;
  /** Decoded data of the credentials Secret. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  readonly policy: GitPolicy;
  /** Parent of the private directory. @default the system's temporary directory */
  readonly scratch?: string | undefined;
}

/** git, set up to talk to one remote and to nothing else. */
export interface GitSession {
  readonly remote: GitRemote;
  /** 0700, empty at first, removed at the end. */
  readonly directory: string;
  /** Texts that must not leave the process. */
  readonly secrets: readonly string[];
  /** Runs git on the private directory. */
  git(args: readonly string[], options: GitRunOptions): Promise<GitResult>;
  /**
   * Runs `git <before> <url> <after>` against the remote, following a redirect within its host once.
   * @returns standard output
   * @throws SourceError that says why it failed
   */
  contact(before: readonly string[], after: readonly string[], options: GitRunOptions): Promise<string>;
}

/** What a caller may choose about one run. */
export type GitRunOptions = Pick<GitRun, "timeoutMs" | "memory" | "signal" | "watch" | "stream" | "maxOutput">;

// Descriptor 3 carries the answer; git's children inherit it, and it can be read once.
const CREDENTIAL_HELPER = `!f() { test "$1" = get && cat <&3; }; f`;

// git's own defaults suit workstations: here files pass through in pieces and packs are mapped in small windows.
const FRUGAL = [
  "core.bigFileThreshold=16m",
  "core.packedGitWindowSize=8m",
  "core.packedGitLimit=32m",
  "core.deltaBaseCacheLimit=32m",
  "pack.threads=1",
];

/**
 * Checks URL, address and credentials, then calls `use` with a git whose environment and configuration are ours alone:
 * no system or user configuration, no hooks, no prompts, one transport, the checked address pinned, no redirects.
 * The private directory (an ssh key may be in it) is gone when this returns.
 * @throws SourceError when the remote may not be contacted like this; whatever `use` throws
 */
export async function withGitSession<T>(access: GitAccess, use: (session: GitSession) => Promise<T>): Promise<T> {
  const remote = parseGitUrl(access.url);
  const credentials = readCredentials(access.credentials, remote);
  refuseBareCredentials(remote, credentials, access.policy);
  const addresses = await allowedAddresses(remote.host, access.policy.addresses ?? {});
  const directory = await mkdtemp(join(access.scratch ?? tmpdir(), "nbv-git-"));
  try {
    await chmod(directory, 0o700);
    const env = await environment(remote, credentials, addresses, access.policy, directory);
    const config = configuration(remote, credentials, addresses);
    const secret = credentials.kind === "password" ? { secret: credentialAnswer(credentials) } : {};
    const git: GitSession["git"] = (args, options) =>
      runGit({
        ...options,
        args: [...config.flatMap((entry) => ["-c", entry]), ...args],
        env,
        cwd: directory,
        ...secret,
      });
    const secrets = secretsOf(access.credentials);
    let url = pinnedUrl(remote, addresses);
    const contact: GitSession["contact"] = async (before, after, options) => {
      let result = await git([...before, url, ...after], options);
      if (result.code === 0) return result.stdout;
      if (isRedirect(result) && !usesProxy(access.policy)) {
        const authorization = basicAuthorization(credentials);
        const moved = await followRedirect({
          remote: { ...remote, url },
          addresses,
          authorization,
          signal: options.signal,
        });
        url = moved ?? url;
        if (moved !== undefined) result = await git([...before, url, ...after], options);
      }
      if (result.code === 0) return result.stdout;
      throw explainGitFailure(result, remote, secrets);
    };
    return await use({ remote, directory, secrets, git, contact });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function refuseBareCredentials(remote: GitRemote, credentials: GitCredentials, policy: GitPolicy): void {
  if (remote.scheme !== "http" || credentials.kind === "anonymous") return;
  if (policy.plainHttpCredentialHosts?.includes(remote.host) === true) return;
  throw new SourceError(
    "GitRefused",
    `Credentials are not sent to ${remote.host} over plain http: use an https URL, or have the operator allow that host`,
  );
}

function configuration(
  remote: GitRemote,
  credentials: GitCredentials,
  addresses: readonly string[],
): readonly string[] {
  const pins =
    addresses.length > 0 && isIP(remote.host) === 0
      ? [...new Set([remote.port, 443])].map(
          (port) => `http.curloptResolve=${remote.host}:${port}:${addresses.map(bracketed).join(",")}`,
        )
      : [];
  return [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.helper=",
    ...(credentials.kind === "password" ? [`credential.helper=${CREDENTIAL_HELPER}`] : []),
    "http.followRedirects=false",
    "http.emptyAuth=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    ...pins,
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
    ...FRUGAL,
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
  ];
}

async function environment(
  remote: GitRemote,
  credentials: GitCredentials,
  addresses: readonly string[],
  policy: GitPolicy,
  directory: string,
): Promise<Record<string, string>> {
  const ssh = remote.scheme === "ssh" ? await sshFiles(remote, credentials, addresses, policy, directory) : {};
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    ...policy.environment,
    HOME: directory,
    XDG_CONFIG_HOME: directory,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    // A server may redirect http to https.
    GIT_ALLOW_PROTOCOL: remote.scheme === "http" ? "http:https" : remote.scheme,
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_CEILING_DIRECTORIES: directory,
    ...ssh,
  };
}

async function sshFiles(
  remote: GitRemote,
  credentials: GitCredentials,
  addresses: readonly string[],
  policy: GitPolicy,
  directory: string,
): Promise<Record<string, string>> {
  const key = credentials.kind === "ssh-key" ? join(directory, "key") : undefined;
  if (credentials.kind === "ssh-key" && key !== undefined) {
    await writeFile(key, credentials.privateKey, { mode: 0o600, flag: "wx" });
  }
  const knownHosts = join(directory, "known_hosts");
  const lines = (credentials.kind === "ssh-key" ? credentials.knownHosts : undefined) ?? policy.knownHosts ?? "";
  await writeFile(knownHosts, `${lines.trimEnd()}\n`, { mode: 0o600, flag: "wx" });
  return { GIT_SSH_COMMAND: sshCommand({ remote, key, knownHosts, address: addresses[0] }), GIT_SSH_VARIANT: "ssh" };
}

/** git:// has no way to pin an address but to name it. */
function pinnedUrl(remote: GitRemote, addresses: readonly string[]): string {
  const [address] = addresses;
  if (remote.scheme !== "git" || address === undefined || isIP(remote.host) !== 0) return remote.url;
  return remote.url.replace(/^git:\/\/[^/]*/, `git://${bracketed(address)}:${remote.port}`);
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function credentialAnswer(credentials: { readonly username: string; readonly password: string }): string {
  return `username=${credentials.username}\npassword=${credentials.password}\n`;
}

function basicAuthorization(credentials: GitCredentials): string | undefined {
  if (credentials.kind !== "password") return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

function isRedirect(result: GitResult): boolean {
  return result.code !== undefined && /returned error: 30[12378]/.test(result.stderr);
}

function usesProxy(policy: GitPolicy): boolean {
  return Object.keys(policy.environment ?? {}).some((name) => /^(?:https?|all)_proxy$/i.test(name));
}
