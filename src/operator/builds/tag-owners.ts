import type { SharedTag } from "../decide/builds/builds-wanted.js";

/** A job that passed with an image under a tag, or is about to say so. */
export interface TagOwner {
  readonly jobUid: string;
  /** Name of the job. */
  readonly job: string;
  /** `repository@sha256:…`. */
  readonly image: string;
}

export interface TagOwnersOptions {
  /** Finished jobs of a namespace that moved a tag, as the cache has them. */
  readonly published: (namespace: string, reference: string) => readonly TagOwner[];
}

/**
 * Who owns which shared tag. Statuses tell it; between the moving of a tag and the status that says so a claim does, which
 * lives in this process only: the next leader finds the job undecided and lets the first that comes publish.
 */
export class TagOwners {
  readonly #options: TagOwnersOptions;
  /** By namespace and reference. */
  readonly #claims = new Map<string, TagOwner>();

  constructor(options: TagOwnersOptions) {
    this.#options = options;
  }

  /** Another job that owns the tag with another image. */
  rivalOf(namespace: string, { reference }: Pick<SharedTag, "reference">, own: TagOwner): TagOwner | undefined {
    const claim = this.#claims.get(idOf(namespace, reference));
    const owners = [...this.#options.published(namespace, reference), ...(claim === undefined ? [] : [claim])];
    return owners.find(({ jobUid, image }) => jobUid !== own.jobUid && image !== own.image);
  }

  /** The job is about to move the tag. @returns whether it may: nobody owns the tag with another image */
  claim(namespace: string, reference: string, own: TagOwner): boolean {
    if (this.rivalOf(namespace, { reference }, own) !== undefined) return false;
    this.#claims.set(idOf(namespace, reference), own);
    return true;
  }

  /** The job has said what came of its publication, or is gone. */
  release(jobUid: string): void {
    for (const [id, claim] of this.#claims) if (claim.jobUid === jobUid) this.#claims.delete(id);
  }
}

function idOf(namespace: string, reference: string): string {
  return `${namespace} ${reference}`;
}
