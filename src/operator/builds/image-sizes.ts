/** Builds that a registry may still tell the size of; the oldest is given up for one more. */
const MAX_AWAITED = 1000;

/** Counts the image of each build once, whoever tells its size: the build's own object, or a registry that a job asked. */
export class ImageSizes {
  /** Images of builds that ended before the eyes of this process. */
  readonly #awaited = new Set<string>();

  /** @param count takes compressed bytes */
  constructor(private readonly count: (bytes: number) => void) {}

  /** A build is complete. @param image `repository@sha256:…` @param bytes as its object says */
  built(image: string, bytes: number | undefined): void {
    if (bytes !== undefined) {
      this.count(bytes);
      return;
    }
    this.#awaited.add(image);
    const [oldest] = this.#awaited;
    if (this.#awaited.size > MAX_AWAITED && oldest !== undefined) this.#awaited.delete(oldest);
  }

  /** A registry told the size of an image, of a build or not, for the first time or not. */
  told(image: string, bytes: number): void {
    if (this.#awaited.delete(image)) this.count(bytes);
  }
}
