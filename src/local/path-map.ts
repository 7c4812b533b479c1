import { join } from "node:path";

/** A path of a container and the directory or file of this computer that stands in for it. */
export interface PathMapping {
  readonly containerPath: string;
  readonly hostPath: string;
}

/**
 * Turns paths of a container into paths of this computer: a text that is, or begins with, a mounted path followed by `/`.
 * Longer mounts win. Everything else stays as it is; paths in the middle of a text are not looked for.
 */
export class PathMap {
  private readonly mappings: readonly PathMapping[];

  constructor(mappings: readonly PathMapping[]) {
    const plain = mappings.map((each) => ({ ...each, containerPath: each.containerPath.replace(/\/+$/, "") }));
    this.mappings = plain.sort((a, b) => b.containerPath.length - a.containerPath.length);
  }

  /** The text with its leading container path replaced. */
  toHost(text: string): string {
    for (const { containerPath, hostPath } of this.mappings) {
      if (text === containerPath) return hostPath;
      if (text.startsWith(`${containerPath}/`)) return join(hostPath, text.slice(containerPath.length + 1));
    }
    return text;
  }
}
