import type { ImageReference } from "../build/index.js";

/** How one registry is to be spoken to, on behalf of one job. */
export interface RegistryAccess {
  /** Plain http instead of https. Credentials go over it too: only of the operator's own registry is that ever said. */
  readonly isInsecure: boolean;
  /** Decoded data of the job's Secrets of type `kubernetes.io/dockerconfigjson`, best first; never logged. */
  readonly secrets: readonly Readonly<Record<string, string>>[];
}

/** An image that a registry has. */
export interface FoundImage {
  /** `sha256:…` of the manifest, or of the index where there is one for several platforms. */
  readonly digest: string;
  /** Compressed size of its layers and configuration. */
  readonly sizeBytes?: number;
  /** Labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** Who it runs as; absent = root. */
  readonly user?: string;
}

/** Why a registry could not answer. */
export type RegistryErrorKind =
  /** It wants other credentials, or these may not do it. */
  | "denied"
  /** It can't be reached, or is overloaded. */
  | "unavailable"
  /** Its certificate is not trusted. */
  | "untrusted"
  /** It must not be contacted, or not like this. */
  | "refused"
  /** What it sent is not what it promised, or nothing that an image has. */
  | "invalid"
  /** A tag that it does not let anybody move. */
  | "immutable";

/** The only error that an {@link ImageRegistry} rejects with, unless its signal aborted. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";

  /** @param message one sentence for people, free of credentials */
  constructor(
    readonly kind: RegistryErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Asks registries for images and moves tags. Implemented by the client in `registry/`, by fakes in tests. */
export interface ImageRegistry {
  /**
   * Digest of an image; cheap.
   * @returns `undefined` when the registry has no such image
   * @throws RegistryError
   */
  digestOf(image: ImageReference, access: RegistryAccess, signal: AbortSignal): Promise<string | undefined>;
  /**
   * An image with its size and labels.
   * @returns `undefined` when the registry has no such image
   * @throws RegistryError
   */
  find(image: ImageReference, access: RegistryAccess, signal: AbortSignal): Promise<FoundImage | undefined>;
  /**
   * Gives an image that the registry has another tag, in the same repository.
   * @param image with its digest
   * @throws RegistryError
   */
  tag(image: ImageReference, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<void>;
}
