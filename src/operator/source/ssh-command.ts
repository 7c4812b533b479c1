import type { GitRemote } from "./git-url.js";

/** Files and address of one ssh connection. */
export interface SshConnection {
  readonly remote: GitRemote;
  /** Private key file, if any. */
  readonly key: string | undefined;
  readonly knownHosts: string;
  /** The checked address to connect to. */
  readonly address: string | undefined;
}

/**
 * The text of `GIT_SSH_COMMAND`: this key, these known hosts, that address, and nothing of the user's configuration.
 * The host key is looked up under the name in the URL although the connection goes to the pinned address.
 */
export function sshCommand(connection: SshConnection): string {
  const { remote, key, knownHosts, address } = connection;
  const alias = remote.port === 22 ? remote.host : `[${remote.host}]:${remote.port}`;
  const options = [
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile="${knownHosts}"`,
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "CheckHostIP=no",
    `HostKeyAlias=${alias}`,
    ...(address === undefined ? [] : [`HostName=${address}`]),
    ...(remote.user === undefined ? ["User=git"] : []),
    "BatchMode=yes",
    "PreferredAuthentications=publickey",
    "IdentityAgent=none",
    "IdentitiesOnly=yes",
    ...(key === undefined ? ["IdentityFile=none"] : [`IdentityFile="${key}"`]),
    "ForwardAgent=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "ControlPath=none",
    "ProxyCommand=none",
    "ConnectTimeout=20",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=4",
    "LogLevel=ERROR",
  ];
  return ["ssh", "-F", "/dev/null", ...options.flatMap((option) => ["-o", quoted(option)])].join(" ");
}

/** Quoted for the shell through which git starts ssh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
