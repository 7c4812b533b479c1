import type { SourceFacts, TreeEntry } from "../source-facts.js";

/**
 * Reads {@link SourceFacts} and remembers what was asked for and is not there yet, so that deciding about an environment
 * and finding out what the decision needs are one and the same procedure.
 */
export class FactsReader {
  readonly #facts: SourceFacts;
  readonly #wanted = new Set<string>();
  #pythonDirectories: Set<string> | undefined;
  #sorted: readonly TreeEntry[] | undefined;

  constructor(facts: SourceFacts) {
    this.#facts = facts;
  }

  /** Files that were asked for, exist, and have neither been read nor found unreadable; sorted. */
  get wanted(): readonly string[] {
    return [...this.#wanted].sort();
  }

  get commit(): string {
    return this.#facts.commit;
  }

  entryOf(path: string): TreeEntry | undefined {
    return this.#facts.tree.get(path);
  }

  /** Every entry of the tree, in its order. */
  entries(): Iterable<TreeEntry> {
    return this.#facts.tree.values();
  }

  /** How many entries the tree has. */
  get size(): number {
    return this.#facts.tree.size;
  }

  /** Every entry, by path. */
  sortedEntries(): readonly TreeEntry[] {
    this.#sorted ??= [...this.#facts.tree.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return this.#sorted;
  }

  /** Whether a directory holds a Python file, at any depth. */
  hasPython(directory: string): boolean {
    if (this.#pythonDirectories === undefined) {
      this.#pythonDirectories = new Set();
      for (const { path, kind } of this.#facts.tree.values()) {
        if (kind === "directory" || !path.endsWith(".py")) continue;
        for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
          const parent = path.slice(0, slash);
          if (this.#pythonDirectories.has(parent)) break;
          this.#pythonDirectories.add(parent);
        }
      }
    }
    return this.#pythonDirectories.has(directory);
  }

  /** What is at a path; `""` is the root. A link counts as the file that it should lead to: reading it tells. */
  kindOf(path: string): "file" | "directory" | undefined {
    if (path === "") return "directory";
    const kind = this.#facts.tree.get(path)?.kind;
    return kind === "link" ? "file" : kind === "submodule" ? undefined : kind;
  }

  isFile(path: string): boolean {
    return this.kindOf(path) === "file";
  }

  /** Content of a file; `undefined` when it is not there, not readable, or not known yet (and wanted from now on). */
  read(path: string): Uint8Array | undefined {
    const content = this.#facts.files.get(path);
    if (content === undefined && this.isFile(path) && !this.#facts.unreadable.has(path)) this.#wanted.add(path);
    return content;
  }

  /** As {@link read}; bytes that are no UTF-8 become U+FFFD. */
  readText(path: string): string | undefined {
    const content = this.read(path);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  }

  /** Why a file that exists has no content: a clause that follows its name. */
  whyUnreadable(path: string): string {
    return this.#facts.unreadable.get(path) ?? "was not read";
  }
}
