import { readFileSync, statSync } from "node:fs";

interface Known {
  readonly stamp: string;
  readonly content: Buffer;
}

/** Small local files, read again whenever they have changed: certificates and tokens that somebody rotates. */
export class FileCache {
  readonly #known = new Map<string, Known>();

  /**
   * What the file holds now. A file that cannot be read at the moment (it is just being replaced) counts as unchanged.
   * @throws NodeJS.ErrnoException when it could never be read
   */
  read(path: string): Buffer {
    const known = this.#known.get(path);
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
      // Rotated volumes swap a symbolic link: what it points to is another inode.
      const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(" ");
      if (known?.stamp === stamp) return known.content;
      const content = readFileSync(path);
      this.#known.set(path, { stamp, content });
      return content;
    } catch (error) {
      if (known === undefined) throw error;
      return known.content;
    }
  }

  /** The next {@link read} reads the file again, whatever its times say. */
  forget(path: string): void {
    const known = this.#known.get(path);
    if (known !== undefined) this.#known.set(path, { ...known, stamp: "" });
  }
}
