import type { SourceDossier } from "./source-reader.js";

/** What an entry of a tree takes of memory, in bytes, measured with paths of ordinary length. */
const ENTRY_BYTES = 300;

interface Place {
  readonly dossier: SourceDossier;
  readonly bytes: number;
  /** UIDs of the jobs whose answers refer to it. */
  readonly holders: Set<string>;
}

/** Keeps dossiers within a budget of memory; what was not used for longest goes first, with the answers made from it. */
export class DossierShelf {
  /** Least recently used first. */
  readonly #places = new Map<string, Place>();
  readonly #heldBy = new Map<string, string>();
  #bytes = 0;

  /** @param onDropped called for every job whose answer has to go */
  constructor(
    private readonly budgetBytes: number,
    private readonly onDropped: (jobUid: string) => void,
  ) {}

  get(key: string): SourceDossier | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    this.#places.delete(key);
    this.#places.set(key, place);
    return place.dossier;
  }

  put(key: string, dossier: SourceDossier): void {
    const before = this.#take(key);
    const place = { dossier, bytes: weightOf(dossier), holders: before?.holders ?? new Set<string>() };
    this.#places.set(key, place);
    this.#bytes += place.bytes;
    for (const [oldest, { holders }] of this.#places) {
      // The newest stays, however large: it was limited when it was read.
      if (this.#bytes <= this.budgetBytes || oldest === key) return;
      this.#take(oldest);
      for (const jobUid of holders) {
        this.#heldBy.delete(jobUid);
        this.onDropped(jobUid);
      }
    }
  }

  /** The job's answer refers to this dossier, and to no other. */
  hold(jobUid: string, key: string): void {
    this.letGo(jobUid);
    const place = this.#places.get(key);
    if (place === undefined) return;
    place.holders.add(jobUid);
    this.#heldBy.set(jobUid, key);
  }

  /** The job needs its answer no more. */
  letGo(jobUid: string): void {
    const key = this.#heldBy.get(jobUid);
    this.#heldBy.delete(jobUid);
    if (key !== undefined) this.#places.get(key)?.holders.delete(jobUid);
  }

  #take(key: string): Place | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    this.#places.delete(key);
    this.#bytes -= place.bytes;
    return place;
  }
}

function weightOf({ tree, contents }: SourceDossier): number {
  let bytes = tree.size * ENTRY_BYTES;
  for (const content of contents.values()) bytes += content.length;
  return bytes;
}
