import { SourceError } from "../source-resolver.js";
import type { GitRemote } from "./git-url.js";

/** How git proves who it is. */
export type GitCredentials =
  | { readonly kind: "anonymous" }
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "ssh-key"; readonly privateKey: string; readonly knownHosts?: string };

/**
 * Reads the decoded data of a `credentialsSecret` (`kubernetes.io/basic-auth`, `kubernetes.io/ssh-auth` or opaque with
 * the same keys) for one remote. A Secret that holds both kinds serves both transports.
 * @throws SourceError `GitAuthFailed` when the Secret has nothing for this transport
 */
export function readCredentials(data: Readonly<Record<string, string>> | undefined, remote: GitRemote): GitCredentials {
  if (data === undefined) return { kind: "anonymous" };
  switch (remote.scheme) {
    case "https":
    case "http":
      return password(data, remote);
    case "ssh":
      return sshKey(data);
    case "git":
      return { kind: "anonymous" };
  }
}

function password(data: Readonly<Record<string, string>>, remote: GitRemote): GitCredentials {
  // Tools that write Secrets from files leave a line end behind.
  const secret = trimLineEnd(data.password) ?? trimLineEnd(data.token);
  if (secret === undefined) {
    throw new SourceError(
      "GitAuthFailed",
      "The credentials Secret has neither `password` nor `token`, which an http(s) Git URL needs",
    );
  }
  const username = trimLineEnd(data.username) ?? remote.user ?? tokenUser(remote.host);
  if (/[\r\n\0]/.test(username + secret)) {
    throw new SourceError("GitAuthFailed", "The credentials Secret's username or password spans several lines");
  }
  return { kind: "password", username, password: secret };
}

/** Hosts take a token as password of any user, except Bitbucket, which wants this one. */
function tokenUser(host: string): string {
  return host === "bitbucket.org" ? "x-token-auth" : "x-access-token";
}

function sshKey(data: Readonly<Record<string, string>>): GitCredentials {
  const key = data["ssh-privatekey"];
  if (key === undefined || key.trim() === "") {
    throw new SourceError(
      "GitAuthFailed",
      "The credentials Secret has no `ssh-privatekey`, which an ssh Git URL needs",
    );
  }
  // OpenSSH refuses keys with CRLF line ends or without a final line end.
  const privateKey = `${key.replaceAll("\r\n", "\n").trim()}\n`;
  const knownHosts = data.known_hosts;
  return { kind: "ssh-key", privateKey, ...(knownHosts === undefined ? {} : { knownHosts }) };
}

function trimLineEnd(text: string | undefined): string | undefined {
  const trimmed = text?.replace(/(\r?\n)+$/, "");
  return trimmed === "" ? undefined : trimmed;
}

/** The texts that must never appear in a message, log or status. */
export function secretsOf(data: Readonly<Record<string, string>> | undefined): readonly string[] {
  const values = Object.entries(data ?? {}).filter(([key]) => key !== "username" && key !== "known_hosts");
  return values
    .flatMap(([, value]) => [value, value.trim(), encodeURIComponent(value.trim())])
    .filter((v) => v.length >= 3);
}
