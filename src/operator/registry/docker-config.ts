import { DOCKER_HUB, type ImageReference } from "../../build/index.js";
import { RegistryError } from "../image-registry.js";

/** How a registry is told who asks. */
export type RegistryLogin =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** OAuth 2 refresh token, as `docker login` keeps it for some clouds. */
  | { readonly kind: "identity"; readonly token: string }
  /** Sent to the registry itself, as it is. */
  | { readonly kind: "registry"; readonly token: string };

interface Entry {
  readonly auth?: unknown;
  readonly username?: unknown;
  readonly password?: unknown;
  readonly identitytoken?: unknown;
  readonly registrytoken?: unknown;
}

/** Other names of Docker Hub in such files. */
const HUB_NAMES = new Set(["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

/**
 * Logins of a Secret of type `kubernetes.io/dockerconfigjson` (or the older `dockercfg`) for one image, the most specific
 * first: by the kubelet's rules, keys are `[scheme://]host[:port][/path]`, `*` stands for a part of a host name.
 * @param secret decoded data
 * @throws RegistryError `denied` when it is no such Secret
 */
export function loginsFor(
  image: Pick<ImageReference, "host" | "path">,
  secret: Readonly<Record<string, string>>,
): RegistryLogin[] {
  return Object.entries(authsOf(secret))
    .map(([key, entry]) => ({ key: placeOf(key), entry }))
    .filter(({ key }) => matches(key, image))
    .sort((a, b) => specificity(b.key) - specificity(a.key))
    .flatMap(({ entry }) => loginOf(entry) ?? []);
}

/** Texts of such a Secret that must not leave the process. */
export function secretTextsOf(secret: Readonly<Record<string, string>>): string[] {
  const logins = Object.values(authsOf(secret)).flatMap((entry) => loginOf(entry) ?? []);
  return logins.flatMap((login) =>
    login.kind === "password" ? [login.password, basicOf(login.username, login.password)] : [login.token],
  );
}

/** Credentials of HTTP's basic authentication. */
export function basicOf(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

function authsOf(secret: Readonly<Record<string, string>>): Record<string, Entry> {
  const text = secret[".dockerconfigjson"] ?? secret[".dockercfg"];
  if (text === undefined) throw unusable("has neither `.dockerconfigjson` nor `.dockercfg`");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw unusable("is no JSON");
  }
  const auths = secret[".dockerconfigjson"] === undefined ? document : (document as { auths?: unknown } | null)?.auths;
  if (auths === undefined || auths === null) return {};
  if (typeof auths !== "object" || Array.isArray(auths)) throw unusable("has no object `auths`");
  return auths as Record<string, Entry>;
}

function unusable(how: string): RegistryError {
  return new RegistryError("denied", `The Secret with the registry's credentials ${how}`);
}

interface Place {
  readonly host: string;
  readonly path: string;
}

function placeOf(key: string): Place {
  const named = key.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const slash = named.indexOf("/");
  const host = (slash < 0 ? named : named.slice(0, slash)).toLowerCase();
  const path = slash < 0 ? "" : named.slice(slash + 1).replace(/\/+$/, "");
  // "https://index.docker.io/v1/" is how docker has always written it.
  return { host: HUB_NAMES.has(host) ? DOCKER_HUB : host, path: /^v[12]$/.test(path) ? "" : path };
}

function matches(key: Place, { host, path }: Pick<ImageReference, "host" | "path">): boolean {
  return hostMatches(key.host, host.toLowerCase()) && (key.path === "" || `${path}/`.startsWith(`${key.path}/`));
}

function hostMatches(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  if (!pattern.includes("*")) return false;
  const [wanted, given] = [pattern.split("."), host.split(".")];
  return wanted.length === given.length && wanted.every((part, index) => partMatches(part, given[index] ?? ""));
}

/** A part of a host name with `*` for anything. */
function partMatches(pattern: string, part: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (!part.startsWith(first) || (rest.length === 0 && part !== first)) return false;
  let at = first.length;
  for (const [index, piece] of rest.entries()) {
    const found = index === rest.length - 1 ? part.length - piece.length : part.indexOf(piece, at);
    if (found < at || !part.startsWith(piece, found)) return false;
    at = found + piece.length;
  }
  return true;
}

function specificity({ host, path }: Place): number {
  return (host.includes("*") ? 0 : 100_000) + path.length * 100 + host.length;
}

function loginOf(entry: Entry | null): RegistryLogin | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { auth, username, password, identitytoken, registrytoken } = entry;
  if (isText(registrytoken)) return { kind: "registry", token: registrytoken };
  if (isText(identitytoken)) return { kind: "identity", token: identitytoken };
  if (isText(username) && isText(password)) return { kind: "password", username, password };
  if (!isText(auth)) return undefined;
  const decoded = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = decoded.indexOf(":");
  if (colon <= 0) return undefined;
  return { kind: "password", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
