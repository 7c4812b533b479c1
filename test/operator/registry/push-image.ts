import { createHash } from "node:crypto";

/** An image that a test pushed. */
export interface PushedImage {
  readonly digest: string;
  /** Of configuration and layers. */
  readonly sizeBytes: number;
}

export interface PushOptions {
  /** `http://127.0.0.1:<port>`. */
  readonly base: string;
  readonly path: string;
  readonly tag: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Distinguishes images. @default "layer" */
  readonly layer?: string;
}

const TYPES = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** Pushes an image of one small layer, by hand, to a registry that lets everybody in. */
export async function pushImage(options: PushOptions): Promise<PushedImage> {
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: { Labels: options.labels ?? null },
    rootfs: { type: "layers", diff_ids: [] },
  });
  const layer = options.layer ?? "layer";
  await pushBlob(options, config);
  await pushBlob(options, layer);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config: { mediaType: TYPES.config, ...descriptor(config) },
    layers: [{ mediaType: TYPES.layer, ...descriptor(layer) }],
  });
  await pushManifest(options, options.tag, TYPES.manifest, manifest);
  return { digest: digestOf(manifest), sizeBytes: config.length + layer.length };
}

/** Pushes an index of an image for two platforms. @returns its digest */
export async function pushIndex(
  options: PushOptions,
): Promise<{ readonly index: string; readonly amd64: PushedImage }> {
  const amd64 = await pushImage({ ...options, tag: `${options.tag}-amd64` });
  const arm64 = await pushImage({ ...options, tag: `${options.tag}-arm64`, labels: { platform: "arm64" } });
  const entry = ({ digest }: PushedImage, architecture: string) => ({
    ...{ mediaType: TYPES.manifest, digest, size: 1 },
    platform: { os: "linux", architecture },
  });
  const manifests = [entry(arm64, "arm64"), entry(amd64, "amd64")];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: TYPES.index, manifests });
  await pushManifest(options, options.tag, TYPES.index, index);
  return { index: digestOf(index), amd64 };
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function descriptor(text: string): { digest: string; size: number } {
  return { digest: digestOf(text), size: Buffer.byteLength(text) };
}

async function pushBlob({ base, path }: PushOptions, text: string): Promise<void> {
  const begun = await fetch(`${base}/v2/${path}/blobs/uploads/`, { method: "POST" });
  const location = new URL(begun.headers.get("location") ?? "", base);
  location.searchParams.set("digest", digestOf(text));
  const done = await fetch(location, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: text,
  });
  if (done.status !== 201) throw new Error(`blob not pushed: ${done.status} ${await done.text()}`);
}

async function pushManifest(options: PushOptions, tag: string, type: string, text: string): Promise<void> {
  const { base, path } = options;
  const headers = { "content-type": type };
  const done = await fetch(`${base}/v2/${path}/manifests/${tag}`, { method: "PUT", headers, body: text });
  if (done.status !== 201) throw new Error(`manifest not pushed: ${done.status} ${await done.text()}`);
}
