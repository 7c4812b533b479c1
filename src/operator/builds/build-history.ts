import { fromRfc3339, type Instant } from "../../api/index.js";
import type { BuildObservation } from "../../build/index.js";

/** Builds of one kind that are remembered. */
const REMEMBERED = 9;
/** Kinds of builds that are remembered. */
const MAX_KINDS = 2_000;

/**
 * How long builds took, by whatever makes them comparable. Filled from the builds that the cluster still has, so that an
 * operator that starts anew knows no less.
 */
export class BuildHistory {
  /** Durations in milliseconds by UID of the build, oldest first. */
  readonly #durations = new Map<string, Map<string, number>>();

  /** Takes note of a build that came to a good end; told again, it is the same one. */
  note(kind: string, uid: string, observation: BuildObservation): void {
    if (observation.kind !== "complete") return;
    const start = fromRfc3339(observation.startTime);
    const end = fromRfc3339(observation.completionTime);
    if (start === undefined || end === undefined || end < start) return;
    const known = this.#durations.get(kind) ?? new Map<string, number>();
    // Those that were asked about last stay longest.
    this.#durations.delete(kind);
    this.#durations.set(kind, known.set(uid, end - start));
    forgetFirst(known, REMEMBERED);
    forgetFirst(this.#durations, MAX_KINDS);
  }

  /** When a build that began at `start` is usually done: as long after it as half of the builds of a kind took at most. */
  expectedEnd(kinds: readonly string[], start: Instant): Instant | undefined {
    for (const kind of kinds) {
      const durations = [...(this.#durations.get(kind)?.values() ?? [])].sort((a, b) => a - b);
      const median = durations[Math.floor((durations.length - 1) / 2)];
      if (median !== undefined) return start + median;
    }
    return undefined;
  }
}

function forgetFirst(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
