import { fromRfc3339 } from "../../api/index.js";
import type { ApiKind, BuildObservation, BuildStrategy } from "../../build/index.js";
import type { ObjectKey } from "../../kube/object.js";
import { keyOf, keyText } from "../../kube/object-key.js";
import { classifyBuild, type Failure } from "../../recovery/index.js";
import type { SeenBuild } from "../decide/build-observation.js";
import type { AssumedBuilds } from "./assumed-builds.js";
import type { BuildCaches } from "./build-caches.js";
import type { BuildHistory } from "./build-history.js";
import type { BuildLogs } from "./build-logs.js";
import { mainKind } from "./build-maker.js";
import { type BuildProver, provenFlight } from "./build-proof.js";
import type { RelatedQuestion, RelatedReads } from "./related-reads.js";
import { flightId, identityOf, seenBuild } from "./seen-build.js";
import type { StoredBuild } from "./stored-build.js";

export interface BuildBoardOptions {
  readonly prover: BuildProver;
  readonly strategies: readonly BuildStrategy[];
  readonly caches: Pick<BuildCaches, "ofFlight" | "get" | "related" | "list">;
  readonly assumed: Pick<AssumedBuilds, "get" | "list">;
  readonly logs: Pick<BuildLogs, "progress" | "ending">;
  readonly reads: Pick<RelatedReads, "of" | "isRead">;
  readonly history: Pick<BuildHistory, "expectedEnd">;
}

/** A build object and what it says of itself. */
export interface BoardEntry {
  readonly object: StoredBuild;
  readonly strategy: BuildStrategy;
  readonly seen: SeenBuild;
}

/** The cluster's builds as they are now: from the caches, and those that were made just now. */
export class BuildBoard {
  readonly #options: BuildBoardOptions;
  readonly #kinds: readonly ApiKind[];
  /** By UID of the build: what failed stays failed. */
  readonly #failures = new Map<string, Failure>();

  constructor(options: BuildBoardOptions) {
    this.#options = options;
    this.#kinds = options.strategies.map(mainKind);
  }

  /** Builds of a flight, newest first, without what only their logs tell. */
  ofFlight(namespace: string, key: string): BoardEntry[] {
    const { caches, assumed } = this.#options;
    const flight = flightId(namespace, key);
    const made = assumed.list().filter((object) => identityOf(object)?.flight === flight);
    return this.#entries([...caches.ofFlight(this.#kinds, flight), ...made]).sort(
      (a, b) => b.seen.number - a.seen.number,
    );
  }

  /** One build, without what only its log tells. */
  get(key: ObjectKey & { readonly namespace: string }): BoardEntry | undefined {
    const object = this.#options.caches.get(this.#kinds, key) ?? this.#options.assumed.get(key);
    return object && this.#entries([object])[0];
  }

  /** All builds. */
  list(): BoardEntry[] {
    return this.#entries([...this.#options.caches.list(this.#kinds), ...this.#options.assumed.list()]);
  }

  /** What a build object says of itself; `undefined` when it is none of ours. */
  entryOf(object: StoredBuild): BoardEntry | undefined {
    return this.#entries([object])[0];
  }

  /** The build with what its log tells: how far it is, or why it failed. */
  withLog({ object, strategy, seen }: BoardEntry): SeenBuild {
    const { observation } = seen;
    const { namespace = "" } = object.metadata;
    switch (observation.kind) {
      case "running": {
        const expectedAt = this.#expectedAt(object, strategy, observation.startTime);
        const told = observation.log && this.#options.logs.progress(seen.uid, { namespace, ...observation.log });
        return {
          ...seen,
          observation: { ...observation, progress: { ...observation.progress, ...told } },
          ...(expectedAt !== undefined && { expectedAt }),
        };
      }
      case "failed": {
        const failure = this.#failure({ namespace, uid: seen.uid, kinds: strategy.watches }, observation);
        return { ...seen, ...(failure !== undefined && { failure }) };
      }
      case "pending":
      case "complete":
      case "cancelled":
        return seen;
      default:
        return unreachable(observation);
    }
  }

  /** The build is gone. */
  forget(buildUid: string): void {
    this.#failures.delete(buildUid);
  }

  #entries(objects: readonly StoredBuild[]): BoardEntry[] {
    const byKey = new Map<string, BoardEntry>();
    for (const object of objects) {
      const identity = identityOf(object);
      const strategy = this.#options.strategies.find(({ name }) => name === identity?.strategy);
      const key = keyText(keyOf(object));
      if (identity === undefined || strategy === undefined || byKey.has(key)) continue;
      const related = this.#related(strategy, object.metadata.uid ?? "");
      const flight = provenFlight(this.#options.prover, object);
      byKey.set(key, { object, strategy, seen: seenBuild(object, related, identity, strategy, flight) });
    }
    return [...byKey.values()];
  }

  /** What was read of a build that had failed came later than what the caches have. */
  #related(strategy: BuildStrategy, buildUid: string): StoredBuild[] {
    const read = this.#options.reads.of(buildUid);
    const names = new Set(read.map(({ metadata }) => metadata.name));
    const cached = this.#options.caches.related(strategy, buildUid);
    return [...cached.filter(({ metadata }) => !names.has(metadata.name)), ...read];
  }

  #expectedAt(object: StoredBuild, strategy: BuildStrategy, startTime: string): number | undefined {
    const start = fromRfc3339(startTime);
    return start === undefined ? undefined : this.#options.history.expectedEnd(historyOf(object, strategy), start);
  }

  /** Why it failed; `undefined` while its log, or what else tells it, is being read. */
  #failure(
    build: Omit<RelatedQuestion, "names">,
    { signal }: BuildObservation & { kind: "failed" },
  ): Failure | undefined {
    const { uid, namespace } = build;
    const known = this.#failures.get(uid);
    if (known !== undefined) return known;
    const { log, untold: names = [], ...trouble } = signal;
    if (names.length > 0 && !this.#options.reads.isRead({ ...build, names })) return undefined;
    const ending = this.#options.logs.ending(uid, log && { namespace, ...log });
    if (ending.kind === "reading") return undefined;
    const failure = classifyBuild({ ...trouble, ...(ending.text !== undefined && { log: ending.text }) });
    this.#failures.set(uid, failure);
    return failure;
  }
}

/** What makes a build comparable to others, the best first: the same environment, then the same namespace and strategy. */
export function historyOf(object: StoredBuild, { name }: BuildStrategy): string[] {
  const { namespace = "" } = object.metadata;
  return [identityOf(object)?.flight ?? "", `${namespace}/${name}`];
}

function unreachable(observation: never): never {
  throw new Error(`unexpected observation ${JSON.stringify(observation)}`);
}
