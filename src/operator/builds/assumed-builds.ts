import type { Clock } from "../../kube/clock.js";
import { keyOf, keyText } from "../../kube/object-key.js";
import type { StoredBuild } from "./stored-build.js";

/** How long a build that was made is believed to be there, though no watch has told it. */
const ASSUMED_FOR_MS = 30_000;

/** Builds that were made or found by name just now, and that the cache does not have yet. Lost with the process. */
export class AssumedBuilds {
  readonly #clock: Clock;
  /** Until when, by {@link Clock.elapsed}. */
  readonly #builds = new Map<string, { readonly object: StoredBuild; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The API server answered with this build. */
  assume(object: StoredBuild): void {
    this.#builds.set(keyText(keyOf(object)), { object, until: this.#clock.elapsed() + ASSUMED_FOR_MS });
  }

  /** The cache told of a build of that name, or that it is gone. */
  told(object: StoredBuild): void {
    this.#builds.delete(keyText(keyOf(object)));
  }

  get(key: { readonly namespace: string; readonly name: string }): StoredBuild | undefined {
    const assumed = this.#builds.get(keyText(key));
    return assumed !== undefined && this.#clock.elapsed() < assumed.until ? assumed.object : undefined;
  }

  list(): StoredBuild[] {
    const now = this.#clock.elapsed();
    return [...this.#builds.values()].flatMap(({ object, until }) => (now < until ? [object] : []));
  }

  /** Those that nothing was told of in all that time: they are forgotten. */
  takeExpired(): StoredBuild[] {
    const now = this.#clock.elapsed();
    const expired = [...this.#builds].filter(([, { until }]) => until <= now);
    for (const [key] of expired) this.#builds.delete(key);
    return expired.map(([, { object }]) => object);
  }
}
