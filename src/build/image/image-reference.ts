/** The registry that references without a host mean. */
export const DOCKER_HUB = "docker.io";

/** Where an image is, as `docker pull` reads it. */
export interface ImageReference {
  /** `quay.io`, `localhost:5000`, `[::1]:5000`; {@link DOCKER_HUB} when the text names none. */
  readonly host: string;
  /** Path in the registry; official images of Docker Hub have `library/` before their name. */
  readonly path: string;
  readonly tag?: string;
  /** `sha256:` and 64 hex digits, or `sha512:` and 128. */
  readonly digest?: string;
}

/** Longest path in a registry. */
const MAX_PATH = 255;

// The grammar of github.com/distribution/reference. Each expression reads its text once.
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether the text is `host` or `host:port` of a registry. */
export function isRegistryHost(text: string): boolean {
  return text.length <= 255 && HOST.test(text);
}

/** Whether the text may stand between a registry's host and a tag. */
export function isRegistryPath(text: string): boolean {
  return text.length <= MAX_PATH && text.split("/").every((part) => COMPONENT.test(part));
}

/** Whether the text names an image's content: `sha256:…` or `sha512:…`. */
export function isImageDigest(text: string): boolean {
  return DIGEST.test(text);
}

/**
 * Reads `[host[:port]/]path[:tag][@digest]` by the rules of `docker pull`: what stands before the first `/` is a host only if
 * it has a `.` or `:`, is `localhost`, or has capital letters; without a host the image is Docker Hub's.
 * @returns `undefined` for what is no reference
 */
export function parseImageReference(text: string): ImageReference | undefined {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const place = placeOf(colon < 0 ? named : named.slice(0, colon));
  if (place === undefined) return undefined;
  return { ...place, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The reference with everything said: its host, and `library/`. Without tag and digest it stays without. */
export function formatImageReference({ host, path, tag, digest }: ImageReference): string {
  return `${host}/${path}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** `host/path` of a reference: every image of the same repository has the same one. */
export function repositoryOf({ host, path }: ImageReference): string {
  return `${host}/${path}`;
}

function placeOf(named: string): { host: string; path: string } | undefined {
  const slash = named.indexOf("/");
  const first = named.slice(0, Math.max(slash, 0));
  const hasHost = slash > 0 && (/[.:A-Z]/.test(first) || first === "localhost");
  const rest = hasHost ? named.slice(slash + 1) : named;
  // Docker takes a bare image id for no name.
  if (!isRegistryPath(rest) || /^[0-9a-f]{64}$/.test(named)) return undefined;
  if (hasHost && !isRegistryHost(first)) return undefined;
  const host = hasHost && first !== "index.docker.io" ? first : DOCKER_HUB;
  const path = host === DOCKER_HUB && !rest.includes("/") ? `library/${rest}` : rest;
  return path.length > MAX_PATH ? undefined : { host, path };
}
