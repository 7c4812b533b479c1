import { SourceError, type SourceErrorReason } from "../source-resolver.js";
import type { GitRemote } from "./git-url.js";
import type { GitResult } from "./run-git.js";

interface Explanation {
  readonly pattern: RegExp;
  readonly reason: SourceErrorReason;
  readonly say: (remote: GitRemote, match: RegExpMatchArray) => string;
}

const AUTH_ADVICE = "check git.credentialsSecret and the scope of its token or key";

// The texts are those of git, curl and OpenSSH under LC_ALL=C. Order matters: the specific before the general.
const explanations: readonly Explanation[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    reason: "GitUntrusted",
    say: (r) =>
      `The ssh host key of ${hostOf(r)} differs from the one in known_hosts: if the server really changed it, update known_hosts`,
  },
  {
    pattern: /Host key verification failed|No .* host key is known for/,
    reason: "GitUntrusted",
    say: (r) =>
      `The ssh host key of ${hostOf(r)} is not known: verify it out of band and put the line of \`ssh-keyscan ${r.port === 22 ? "" : `-p ${r.port} `}${r.host}\` into \`known_hosts\` of the credentials Secret`,
  },
  {
    pattern: /No user exists for uid (\d+)/,
    reason: "GitAuthFailed",
    say: (_r, m) =>
      `ssh needs an entry in /etc/passwd for UID ${m[1]}, which this image lacks: use an https URL, or an image with one`,
  },
  {
    pattern: /Load key .*: (.*)/,
    reason: "GitAuthFailed",
    say: (_r, m) =>
      `The ssh-privatekey of the credentials Secret can't be used (${m[1]?.trim()}): it must be an unencrypted private key`,
  },
  {
    pattern: /SSL certificate|certificate verif|unable to get local issuer|server verification failed|self[- ]signed/i,
    reason: "GitUntrusted",
    say: (r) => `The certificate of ${hostOf(r)} is not trusted: add its CA to the operator's CA bundle`,
  },
  {
    pattern: /couldn't find remote ref|not our ref|unadvertised object|not a tree|no such remote ref/i,
    reason: "GitRefNotFound",
    say: (r) => `The Git server ${hostOf(r)} does not have that commit or ref`,
  },
  {
    pattern: /returned error: (429|5\d\d)|HTTP (429|5\d\d)/,
    reason: "GitNetwork",
    say: (r, m) => `The Git server ${hostOf(r)} answered with status ${m[1] ?? m[2]}`,
  },
  {
    pattern:
      /Authentication failed|could not read (Username|Password)|Access denied|Permission denied|returned error: 40[13]|Too many authentication failures|Invalid username or/i,
    reason: "GitAuthFailed",
    say: (r) => `The Git server ${hostOf(r)} refused access to ${r.url}: ${AUTH_ADVICE}`,
  },
  {
    pattern:
      /returned error: 404|repository '.*' not found|Repository not found|does not (appear to be|exist)|not a git repository|could not be found|access denied or repository not exported/i,
    reason: "GitNotFound",
    say: (r) => `There is no Git repository at ${r.url}, or these credentials may not see it`,
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    reason: "SourceTooLarge",
    say: () => "The repository did not fit on the volume (no space left)",
  },
  {
    pattern: /Could not resolve host|Name or service not known|Temporary failure in name resolution/i,
    reason: "GitNetwork",
    say: (r) => `The name of the Git server ${r.host} could not be resolved`,
  },
  {
    pattern:
      /Connection (refused|reset|timed out|closed)|timed? ?out|early EOF|RPC failed|hung up|unable to connect|Failed to connect|No route to host|Network is unreachable|Operation too slow|unexpected disconnect/i,
    reason: "GitNetwork",
    say: (r, m) => `The connection to the Git server ${hostOf(r)} failed (${m[0].toLowerCase()})`,
  },
];

/** Why git failed, as one sentence for people; the secrets given never appear in it. */
export function explainGitFailure(result: GitResult, remote: GitRemote, secrets: readonly string[] = []): SourceError {
  const { stopped } = result;
  if (stopped !== undefined) return explainStop(stopped, remote);
  for (const { pattern, reason, say } of explanations) {
    const match = pattern.exec(result.stderr);
    if (match === null) continue;
    const cause = new Error(redactGit(result.stderr.trim(), secrets));
    return new SourceError(reason, redactGit(say(remote, match), secrets), { cause });
  }
  const last = result.stderr
    .split("\n")
    .filter((line) => /\S/.test(line))
    .slice(-3)
    .join("; ");
  const text = redactGit(last, secrets).slice(0, 500);
  const cause = new Error(redactGit(result.stderr.trim(), secrets));
  const how =
    result.killedBy === undefined ? `failed with exit code ${result.code}` : `was ended by ${result.killedBy}`;
  return new SourceError("Unknown", `git ${how}: ${text || "no message"}`, { cause });
}

function explainStop(stopped: NonNullable<GitResult["stopped"]>, remote: GitRemote): SourceError {
  switch (stopped.kind) {
    case "timeout":
      return new SourceError(
        "GitNetwork",
        `The Git server ${hostOf(remote)} took too long: stopped ${stopped.message}`,
      );
    case "output":
      return new SourceError("SourceTooLarge", `The Git server ${hostOf(remote)} lists more refs than can be read`);
    case "memory":
      return new SourceError("SourceTooLarge", `The Git server ${hostOf(remote)} was given up: ${stopped.message}`);
    case "watch":
      return new SourceError("SourceTooLarge", stopped.message);
    case "spawn":
      return new SourceError("Unknown", `git could not be started (${stopped.message}): is it installed?`);
  }
}

/** The text without these secrets, and without passwords in URLs. */
export function redactGit(text: string, secrets: readonly string[]): string {
  const ordered = [...secrets].filter((secret) => secret.length > 0).sort((a, b) => b.length - a.length);
  const hidden = ordered.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  return hidden.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s]*:[^/@\s]*@/gi, "$1***@");
}

function hostOf(remote: GitRemote): string {
  return remote.port === { https: 443, http: 80, ssh: 22, git: 9418 }[remote.scheme]
    ? remote.host
    : `${remote.host}:${remote.port}`;
}
