import { InvalidRequirement } from "./invalid-requirement.js";
import type { ArtifactHash } from "./requirement-set.js";

/** A URL's parts, none of them decoded. */
export interface UrlParts {
  /** Lower case, without the colon; `""` when there is none. */
  readonly scheme: string;
  /** Host, port and credentials. */
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;

/**
 * Splits a text as Python's `urlsplit` does, which is far less strict than the `URL` of browsers.
 * @throws InvalidRequirement when the brackets of an IPv6 host don't match
 */
export function splitUrl(text: string): UrlParts {
  const scheme = SCHEME.exec(text)?.[1] ?? "";
  let rest = scheme === "" ? text : text.slice(scheme.length + 1);
  let authority = "";
  if (rest.startsWith("//")) {
    const end = rest.slice(2).search(/[/?#]/);
    authority = end === -1 ? rest.slice(2) : rest.slice(2, end + 2);
    rest = rest.slice(authority.length + 2);
  }
  if (authority.includes("[") !== authority.includes("]"))
    throw new InvalidRequirement("has a URL with an open bracket", "write a host of IPv6 as [ADDRESS]");
  const [beforeFragment, fragment] = cut(rest, "#");
  const [path, query] = cut(beforeFragment, "?");
  return { scheme: scheme.toLowerCase(), authority, path, query, fragment };
}

function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

const VCS_SCHEMES: Readonly<Record<string, readonly string[]>> = {
  git: ["http", "https", "ssh", "git", "file"],
  hg: ["file", "http", "https", "ssh", "static-http"],
  svn: ["ssh", "http", "https", "svn", "file"],
  bzr: ["http", "https", "ssh", "sftp", "ftp", "lp", "file"],
};

/** Version control systems that pip knows. */
export type VcsSystem = "git" | "hg" | "svn" | "bzr";

/** The system of a scheme such as `git+https`, if pip knows it. */
export function vcsOf(scheme: string): VcsSystem | undefined {
  const [system = "", transport] = scheme.split("+", 2);
  const isKnown = Object.hasOwn(VCS_SCHEMES, system) && VCS_SCHEMES[system]?.includes(transport ?? "") === true;
  return isKnown && scheme === `${system}+${transport}` ? (system as VcsSystem) : undefined;
}

/** Whether pip takes the text for a URL rather than for a name or a path. */
export function isUrl(text: string): boolean {
  const { scheme } = splitUrl(text);
  return ["http", "https", "file", "ftp"].includes(scheme) || vcsOf(scheme) !== undefined;
}

const FRAGMENT_HASH = /[#&](sha512|sha384|sha256|sha224|sha1|md5)=([^&]*)/;

/** The hash that a URL's fragment promises. */
export function fragmentHash(url: string): ArtifactHash | undefined {
  const [, algorithm, digest] = FRAGMENT_HASH.exec(url) ?? [];
  return algorithm === undefined || digest === undefined ? undefined : { algorithm, digest };
}

const EGG = /[#&]egg=([^&]*)/;
const PROJECT_NAME = /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i;

/**
 * The project name of a URL's `#egg=`.
 * @throws InvalidRequirement when it is more than a name
 */
export function eggName(url: string): string | undefined {
  const name = EGG.exec(url)?.[1];
  if (name === undefined || PROJECT_NAME.test(name)) return name;
  throw new InvalidRequirement(
    `has #egg=${name.slice(0, 60)}, which is no project name`,
    "write it as NAME[EXTRAS] @ URL",
  );
}

/** Percent escapes decoded; those that are none stay. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const USER_INFO = /(:\/\/)[^/?#\s@]*(?:@[^/?#\s@]*)*@/g;
// A password that holds a slash: what follows the colon is no port.
const BROKEN_USER_INFO = /(:\/\/)[^/?#\s@:]*:(?![0-9]{0,5}(?:[/?#\s]|$))[^\s@]*@/g;
const SECRET_QUERY =
  /([?&][^=&#\s]*(?:token|secret|password|passwd|key|signature|sig|auth|credential)[^=&#\s]*=)[^&#\s]+/gi;

/** The text with what may be a secret in its URLs replaced by `****`: user information, and keys in queries. */
export function maskSecrets(text: string): string {
  if (!text.includes("://")) return text;
  return text
    .replaceAll(USER_INFO, "$1****@")
    .replaceAll(BROKEN_USER_INFO, "$1****@")
    .replaceAll(SECRET_QUERY, "$1****");
}

/** The URL without user information, with keys in its query replaced by `****`: for comparing and for people. */
export function withoutCredentials(url: string): string {
  return maskSecrets(url).replace(/(:\/\/)\*\*\*\*@/, "$1");
}

/** Whether a text holds a password or a token in clear; `${NAME}` is none. */
export function hasCredentials(text: string): boolean {
  for (const match of text.matchAll(/:\/\/([^/?#\s]*)@/g)) {
    const [user = "", ...password] = (match[1] ?? "").split(":");
    const secret = password.length > 0 ? password.join(":") : text.includes(`ssh://${match[1]}`) ? "" : user;
    if (secret !== "" && !/^\$\{[A-Z0-9_]+\}$/.test(secret) && secret !== "git") return true;
  }
  return false;
}
