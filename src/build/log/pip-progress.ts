const COLLECTING = /^\s*Collecting ([A-Za-z0-9][A-Za-z0-9._-]*)/;
/** A wheel or an archive; of metadata alone pip says so in the file's name. */
const FETCHED = /^\s*(?:Downloading|Using cached|Obtaining) \S+\.(?:whl|tar\.gz|zip|tar\.bz2)(?:$|[\s#])/;
const INSTALLING = /^\s*Installing collected packages: (.+)$/;
const INSTALLED = /^\s*Successfully installed /;

/** Follows what pip prints while it installs. */
export class PipProgress {
  readonly #collected = new Set<string>();
  #fetched = 0;
  #total: number | undefined;
  #isFetchingAsItGoes = false;
  #isDone = false;

  push(line: string): void {
    const name = COLLECTING.exec(line)?.[1];
    if (name !== undefined) {
      if (this.#isDone) this.#startAgain();
      // pip that does not read metadata alone downloads while it still collects: then nobody knows the total yet.
      if (this.#fetched > 0) this.#isFetchingAsItGoes = true;
      this.#collected.add(name.toLowerCase().replaceAll(/[._-]+/g, "-"));
      return;
    }
    if (FETCHED.test(line)) this.#fetched += 1;
    const packages = INSTALLING.exec(line)?.[1];
    if (packages !== undefined) this.#total = packages.split(",").length;
    if (INSTALLED.test(line)) this.#isDone = true;
  }

  /** "Installing dependencies (5/12 packages)"; `undefined` while pip says nothing, and once it is done. */
  get step(): string | undefined {
    if (this.#isDone || (this.#collected.size === 0 && this.#total === undefined)) return undefined;
    if (this.#total !== undefined) return `Installing dependencies (${this.#total}/${this.#total} packages)`;
    if (this.#fetched === 0) return `Resolving dependencies (${packages(this.#collected.size)} so far)`;
    if (this.#isFetchingAsItGoes) return `Installing dependencies (${packages(this.#collected.size)} so far)`;
    const total = this.#collected.size;
    return `Installing dependencies (${Math.min(this.#fetched, total)}/${total} packages)`;
  }

  /** A second `pip install` in the same instruction. */
  #startAgain(): void {
    this.#collected.clear();
    this.#fetched = 0;
    this.#total = undefined;
    this.#isFetchingAsItGoes = false;
    this.#isDone = false;
  }
}

function packages(count: number): string {
  return count === 1 ? "1 package" : `${count} packages`;
}
