import { formatImageReference, type ImageReference, parseImageReference } from "../build/index.js";
import type { Clock } from "../kube/clock.js";
import { Flights } from "./flights.js";
import { type ImageRegistry, type RegistryAccess, RegistryError } from "./image-registry.js";
import { questionKey } from "./question-key.js";

/** What is known of a base image. */
export interface BaseImageSeen {
  /** `sha256:…`. */
  readonly digest?: string;
  /** Who it runs as; `""` = root. Absent = not known. */
  readonly user?: string;
  /** Why it has none, or not the newest: one sentence each. */
  readonly warnings: readonly string[];
}

export interface BaseImagesOptions {
  readonly registry: Pick<ImageRegistry, "digestOf" | "find">;
  readonly clock: Clock;
  /** Told of errors that a registry should not throw. @default ignored */
  readonly onError?: (error: unknown) => void;
  /** Questions at a time. @default 4 */
  readonly concurrency?: number;
  /** Longest wait for one answer, in milliseconds. @default 20000 */
  readonly timeoutMs?: number;
  /** How long an answer is good, in milliseconds. @default 300000 */
  readonly freshMs?: number;
  /** How many images are remembered. @default 200 */
  readonly remembered?: number;
}

interface Known {
  readonly digest: string;
  readonly user?: string;
  readonly at: number;
}

/**
 * Digests of base images, and who they run as. An environment is named by the digest of its base: one that changed with the moods of a registry
 * would be built again and again, so the last known digest holds while the registry is silent.
 */
export class BaseImages {
  readonly #options: Required<BaseImagesOptions>;
  readonly #flights: Flights<Known | undefined>;
  /** Oldest first. */
  readonly #known = new Map<string, Known>();

  constructor(options: BaseImagesOptions) {
    const rest = { onError: () => undefined, concurrency: 4, timeoutMs: 20_000, freshMs: 300_000, remembered: 200 };
    this.#options = { ...rest, ...options };
    const { clock, concurrency, timeoutMs } = this.#options;
    const late = () => new RegistryError("unavailable", `the registry did not answer within ${timeoutMs / 1000} s`);
    this.#flights = new Flights({ clock, concurrency, timeoutMs, late });
  }

  /**
   * Never rejects: without its digest a base image is used by its tag.
   * @param namespace whose turn it takes
   */
  async look(namespace: string, reference: string, access: RegistryAccess): Promise<BaseImageSeen> {
    const image = parseImageReference(reference);
    // What is none is refused by the plan, with its field.
    if (image === undefined) return { warnings: [] };
    const key = questionKey([formatImageReference(image), access]);
    const before = this.#known.get(key);
    try {
      const known = await this.#flights.fly(key, (signal) => this.#ask(key, image, access, signal), [namespace]);
      if (known !== undefined) return seenOf(known);
      return { warnings: [`the registry ${image.host} has no image ${reference}`] };
    } catch (error) {
      if (image.digest !== undefined) return { digest: image.digest, warnings: [] };
      const why = error instanceof RegistryError ? error.message : "the registry could not be asked";
      return before === undefined
        ? { warnings: [`the digest of the base image ${reference} is not known, so it is used by its tag: ${why}`] }
        : { ...seenOf(before), warnings: [`the base image ${reference} is used as it was a while ago: ${why}`] };
    }
  }

  /** Ends everything under way. */
  stop(): void {
    this.#flights.stop();
  }

  async #ask(
    key: string,
    image: ImageReference,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<Known | undefined> {
    const { clock, freshMs, registry, onError } = this.#options;
    const before = this.#known.get(key);
    if (before !== undefined && clock.elapsed() - before.at < freshMs) return before;
    try {
      const digest = image.digest ?? (await registry.digestOf(image, access, signal));
      if (digest === undefined) return undefined;
      const isSame = before?.digest === digest && before.user !== undefined;
      const user = isSame ? before.user : await this.#userOf({ ...image, digest }, access, signal);
      const known = { digest, ...(user !== undefined && { user }), at: clock.elapsed() };
      this.#remember(key, known);
      return known;
    } catch (error) {
      if (!signal.aborted && !(error instanceof RegistryError)) onError(error);
      throw error;
    }
  }

  /** Not to know it is no reason to wait: the plan has a likely one. */
  async #userOf(image: ImageReference, access: RegistryAccess, signal: AbortSignal): Promise<string | undefined> {
    try {
      const found = await this.#options.registry.find(image, access, signal);
      return found === undefined ? undefined : (found.user ?? "");
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof RegistryError)) this.#options.onError(error);
      return undefined;
    }
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#options.remembered && oldest !== undefined) this.#known.delete(oldest);
  }
}

function seenOf({ digest, user }: Known): BaseImageSeen {
  return { digest, ...(user !== undefined && { user }), warnings: [] };
}
