/** Which jobs want to hear of which flights. */
export class BuildInterests {
  /** Flights by UID of the job. */
  readonly #flights = new Map<string, readonly string[]>();
  /** UIDs of jobs by flight. */
  readonly #jobs = new Map<string, Set<string>>();

  /** From now on the job hears of these flights, and of no others. */
  set(jobUid: string, flights: readonly string[]): void {
    this.forget(jobUid);
    this.#flights.set(jobUid, flights);
    for (const flight of flights) this.#jobs.set(flight, (this.#jobs.get(flight) ?? new Set()).add(jobUid));
  }

  forget(jobUid: string): void {
    for (const flight of this.#flights.get(jobUid) ?? []) {
      const jobs = this.#jobs.get(flight);
      jobs?.delete(jobUid);
      if (jobs?.size === 0) this.#jobs.delete(flight);
    }
    this.#flights.delete(jobUid);
  }

  /** Jobs that want to hear of a flight. */
  of(flight: string): string[] {
    return [...(this.#jobs.get(flight) ?? [])];
  }

  /** All jobs that want to hear of anything. */
  all(): string[] {
    return [...this.#flights.keys()];
  }
}
