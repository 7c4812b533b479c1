import { isImageDigest } from "../../build/index.js";
import { RegistryError } from "../image-registry.js";

/** Something that a registry keeps under its digest. */
export interface Descriptor {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** An image for one platform, or the list of those of an image for several. */
export type Manifest =
  | { readonly kind: "image"; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: "index"; readonly manifests: readonly (Descriptor & { readonly platform: string })[] };

/** Media types of the manifests that are understood: of the OCI image specification 1.1 and of Docker's schema 2. */
export const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

interface RawDescriptor {
  readonly digest?: unknown;
  readonly size?: unknown;
  readonly platform?: { readonly os?: unknown; readonly architecture?: unknown };
}

/** @throws RegistryError `invalid` for what is no image */
export function parseManifest(body: Uint8Array): Manifest {
  const document = jsonObject(body, "manifest");
  const { manifests, config, layers } = document as { manifests?: unknown; config?: unknown; layers?: unknown };
  if (Array.isArray(manifests)) {
    return {
      kind: "index",
      manifests: manifests.map((each: RawDescriptor) => ({ ...descriptor(each), platform: platformOf(each) })),
    };
  }
  if (typeof config !== "object" || config === null || !Array.isArray(layers)) {
    throw new RegistryError("invalid", "The registry has something else than an image there");
  }
  return { kind: "image", config: descriptor(config), layers: layers.map(descriptor) };
}

/**
 * The image of an index that stands for all: Linux on the most usual processor, else the first for Linux.
 * @throws RegistryError `invalid` when it has none
 */
export function representative({ manifests }: Extract<Manifest, { kind: "index" }>): Descriptor {
  const linux = manifests.filter(({ platform }) => platform.startsWith("linux/"));
  const found = linux.find(({ platform }) => platform === "linux/amd64") ?? linux[0];
  if (found === undefined) throw new RegistryError("invalid", "The registry's image is for no Linux");
  return found;
}

/** Labels and user of an image's configuration. @throws RegistryError `invalid` for what is none */
export function parseImageConfig(body: Uint8Array): { labels: Record<string, string>; user?: string } {
  const { config } = jsonObject(body, "configuration") as { config?: { Labels?: unknown; User?: unknown } | null };
  const labels = typeof config?.Labels === "object" ? config.Labels : null;
  const user = config?.User;
  return {
    labels: Object.fromEntries(
      Object.entries(labels ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
    ...(typeof user === "string" && user !== "" && { user }),
  };
}

/** Media type that a manifest says it has. */
export function mediaTypeOf(body: Uint8Array): string | undefined {
  const { mediaType } = jsonObject(body, "manifest") as { mediaType?: unknown };
  return typeof mediaType === "string" ? mediaType : undefined;
}

function jsonObject(body: Uint8Array, what: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new RegistryError("invalid", `The registry sent an image ${what} that can't be read`);
}

function descriptor({ digest, size }: RawDescriptor): Descriptor {
  if (typeof digest === "string" && isImageDigest(digest) && Number.isSafeInteger(size) && Number(size) >= 0) {
    return { digest, size: Number(size) };
  }
  throw new RegistryError("invalid", "The registry sent an image manifest that can't be read");
}

function platformOf({ platform }: RawDescriptor): string {
  const { os, architecture } = platform ?? {};
  return `${typeof os === "string" ? os : "unknown"}/${typeof architecture === "string" ? architecture : "unknown"}`;
}
