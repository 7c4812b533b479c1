import { isIP } from "node:net";
import { SourceError } from "../source-resolver.js";

/** A Git remote over one of the transports that we speak. */
export interface GitRemote {
  readonly scheme: "https" | "http" | "ssh" | "git";
  /** Host name or address literal, without the brackets of IPv6. */
  readonly host: string;
  /** Explicit or the scheme's default. */
  readonly port: number;
  /** Login name in the URL. */
  readonly user?: string;
  /** The text for git: validated, without a password. */
  readonly url: string;
}

const DEFAULT_PORT = { https: 443, http: 80, ssh: 22, git: 9418 } as const;
const MAX_LENGTH = 2048;
// RFC 1123 labels; underscores occur in internal names.
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;
const SCP_LIKE = /^(?:([^@/:]+)@)([^/:@[\]]+|\[[0-9A-Fa-f:.]+\]):(?!\/\/)(.+)$/;

/**
 * Reads a Git URL and refuses what could make git do anything but talk to that host: other transports (`file`, `ext::`,
 * helper prefixes), option look-alikes, control characters, embedded passwords.
 * @throws SourceError with reason `GitRefused`
 */
export function parseGitUrl(url: string): GitRemote {
  if (url.length === 0 || url.length > MAX_LENGTH) refuse("it is empty or longer than 2048 characters");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f-\u00a0\u2028\u2029\\]/.test(url)) {
    refuse("it contains spaces, backslashes or control characters");
  }
  if (url.startsWith("-")) refuse("it starts with a dash");
  if (/^[A-Za-z0-9+.-]+::/.test(url)) refuse("remote helpers (`ext::`, `fd::` …) are not allowed");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return parseScpLike(url);
  if (scheme !== "https" && scheme !== "http" && scheme !== "ssh" && scheme !== "git") {
    refuse(`the scheme ${scheme}:// is not one of https, http, ssh, git`);
  }
  return parseStandard(url, scheme);
}

function parseStandard(url: string, scheme: GitRemote["scheme"]): GitRemote {
  let parsed: URL;
  try {
    // The WHATWG parser normalises hosts (`0x7f.1` → `127.0.0.1`) only under special schemes.
    parsed = new URL(url.replace(/^[^:]+/, scheme === "http" ? "http" : "https"));
  } catch {
    return refuse("it is not a valid URL");
  }
  if (parsed.password !== "" || /^[^/]*\/\/[^/]*:[^/]*@/.test(url)) {
    refuse("it carries a password: put it in a Secret and name that in git.credentialsSecret");
  }
  if (parsed.search !== "" || parsed.hash !== "") refuse("it has a query or a fragment");
  const user = parsed.username;
  if (user !== "" && !USER.test(user)) refuse("its login name has characters other than letters, digits and . _ + -");
  const host = checkedHost(parsed.hostname);
  if (parsed.pathname.length < 2) refuse("it names a server but no repository");
  const explicit = /^[^/]*\/\/[^/]*?:([0-9]+)(?=\/)/.exec(url)?.[1];
  const port = explicit === undefined ? DEFAULT_PORT[scheme] : Number(explicit);
  if (port < 1 || port > 65535) refuse("its port is not between 1 and 65535");
  const authority = `${user === "" ? "" : `${user}@`}${host.includes(":") ? `[${host}]` : host}`;
  const path = url.replace(/^[^/]*\/\/[^/]*/, "");
  if (path.startsWith("/-") && scheme !== "https" && scheme !== "http") refuse("its path starts with a dash");
  const portText = explicit === undefined ? "" : `:${port}`;
  return { scheme, host, port, ...(user === "" ? {} : { user }), url: `${scheme}://${authority}${portText}${path}` };
}

function parseScpLike(url: string): GitRemote {
  const match = SCP_LIKE.exec(url);
  if (match === null) return refuse("it is neither https://…, ssh://…, http://…, git://… nor user@host:path");
  const [, user = "", hostText = "", path = ""] = match;
  if (!USER.test(user)) refuse("its login name has characters other than letters, digits and . _ + -");
  if (path.startsWith("-")) refuse("its path starts with a dash");
  const host = checkedHost(hostText);
  return { scheme: "ssh", host, port: DEFAULT_PORT.ssh, user, url };
}

function checkedHost(text: string): string {
  const host = text.startsWith("[") ? text.slice(1, -1) : text;
  if (isIP(host) === 0 && (!HOST_NAME.test(host) || host.startsWith("-"))) refuse("its host name is not valid");
  return host.toLowerCase();
}

function refuse(why: string): never {
  throw new SourceError("GitRefused", `The Git URL was refused: ${why}`);
}
