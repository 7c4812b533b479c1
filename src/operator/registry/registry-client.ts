import { createHash } from "node:crypto";
import { type ImageReference, isImageDigest } from "../../build/index.js";
import { type Clock, systemClock } from "../../kube/clock.js";
import { type FoundImage, type ImageRegistry, type RegistryAccess, RegistryError } from "../image-registry.js";
import { MANIFEST_TYPES, mediaTypeOf, parseImageConfig, parseManifest, representative } from "./manifest.js";
import type { RegistryPolicy } from "./registry-policy.js";
import { RegistrySession } from "./registry-session.js";

/** The distribution specification's own limit for manifests; configurations are of the same size. */
const MAX_DOCUMENT = 4 * 1024 ** 2;
const ACCEPT = { accept: MANIFEST_TYPES.join(", ") };

interface Document {
  readonly body: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

/** Asks registries by the OCI distribution API, version 1.1, and checks what they send by its digests. */
export class RegistryClient implements ImageRegistry {
  readonly #policy: RegistryPolicy;
  readonly #clock: Clock;

  constructor(policy: RegistryPolicy = {}, clock: Clock = systemClock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  async digestOf(image: ImageReference, access: RegistryAccess, signal: AbortSignal): Promise<string | undefined> {
    return await this.#digestOf(this.#session(image, access, signal), image);
  }

  async find(image: ImageReference, access: RegistryAccess, signal: AbortSignal): Promise<FoundImage | undefined> {
    const session = this.#session(image, access, signal);
    const found = await this.#manifest(session, nameOf(image), image);
    if (found === undefined) return undefined;
    let manifest = parseManifest(found.body);
    if (manifest.kind === "index") {
      const { digest } = representative(manifest);
      const child = await this.#manifest(session, digest, { ...image, digest });
      if (child === undefined) throw incomplete(image, digest);
      manifest = parseManifest(child.body);
      if (manifest.kind === "index") throw new RegistryError("invalid", "The registry has an index within an index");
    }
    const { config, layers } = manifest;
    const about = parseImageConfig(await this.#blob(session, config.digest, image));
    const sizeBytes = [config, ...layers].reduce((sum, { size }) => sum + size, 0);
    return { digest: found.digest, sizeBytes, ...about };
  }

  async tag(image: ImageReference, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<void> {
    const { digest, host, path } = image;
    if (digest === undefined) throw new RegistryError("refused", "Only an image by its digest can be given a tag");
    const session = this.#session(image, access, signal);
    const found = await this.#manifest(session, digest, image);
    if (found === undefined) {
      throw new RegistryError("invalid", `The registry ${host} does not have the image ${path}@${digest} any more`);
    }
    const target = { host, path, tag };
    if ((await this.#digestOf(session, target)) === digest) return;
    const put = await session.ask({
      method: "PUT",
      path: `manifests/${tag}`,
      headers: { "content-type": found.mediaType },
      body: found.body,
      maxBytes: MAX_DOCUMENT,
    });
    if (put.status === 404) throw new RegistryError("invalid", `The registry ${host} has no repository ${path}`);
    const now = await this.#digestOf(session, target);
    if (now !== digest) {
      const what = `The registry ${host} took the tag ${tag} and shows ${now ?? "nothing"} under it`;
      throw new RegistryError("invalid", `${what}, in place of ${digest}`);
    }
  }

  #session(image: ImageReference, access: RegistryAccess, signal: AbortSignal): RegistrySession {
    return new RegistrySession(image, access, this.#clock, this.#policy, signal);
  }

  async #digestOf(session: RegistrySession, image: ImageReference): Promise<string | undefined> {
    const path = `manifests/${nameOf(image)}`;
    const head = await session.ask({ method: "HEAD", path, headers: ACCEPT, maxBytes: MAX_DOCUMENT });
    if (head.status === 404) return undefined;
    const digest = head.header("docker-content-digest");
    // Old registries don't say it: then the content does.
    if (digest === undefined || !isImageDigest(digest))
      return (await this.#manifest(session, nameOf(image), image))?.digest;
    if (image.digest !== undefined && image.digest !== digest) throw mismatch(image, image.digest, digest);
    return digest;
  }

  async #manifest(session: RegistrySession, name: string, image: ImageReference): Promise<Document | undefined> {
    const answer = await session.ask({
      method: "GET",
      path: `manifests/${name}`,
      headers: ACCEPT,
      maxBytes: MAX_DOCUMENT,
    });
    if (answer.status === 404) return undefined;
    const { body } = answer;
    const announced = answer.header("docker-content-digest");
    const wanted = image.digest ?? (announced !== undefined && isImageDigest(announced) ? announced : undefined);
    const digest = digestOfBytes(body, wanted);
    if (wanted !== undefined && digest !== wanted) throw mismatch(image, wanted, digest);
    const type = answer.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
    const mediaType = mediaTypeOf(body) ?? type ?? "";
    if (!(MANIFEST_TYPES as readonly string[]).includes(mediaType)) {
      throw new RegistryError(
        "invalid",
        `The registry ${image.host} has something else than an image at ${image.path}`,
      );
    }
    return { body, digest, mediaType };
  }

  async #blob(session: RegistrySession, digest: string, image: ImageReference): Promise<Buffer> {
    const answer = await session.ask({ method: "GET", path: `blobs/${digest}`, maxBytes: MAX_DOCUMENT });
    if (answer.status === 404) throw incomplete(image, digest);
    const found = digestOfBytes(answer.body, digest);
    if (found !== digest) throw mismatch(image, digest, found);
    return answer.body;
  }
}

function nameOf({ tag, digest }: ImageReference): string {
  return digest ?? tag ?? "latest";
}

/** By the algorithm of `like`. */
function digestOfBytes(bytes: Uint8Array, like: string | undefined): string {
  const algorithm = like?.startsWith("sha512:") === true ? "sha512" : "sha256";
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

function incomplete({ host, path }: ImageReference, digest: string): RegistryError {
  return new RegistryError("invalid", `The registry ${host} lacks a part of the image ${path} (${digest})`);
}

function mismatch({ host, path }: ImageReference, wanted: string, found: string): RegistryError {
  return new RegistryError("invalid", `The registry ${host} sent ${found} of ${path} in place of ${wanted}`);
}
