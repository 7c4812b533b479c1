import type { Logger } from "pino";
import { LABEL_ROLE, type Role } from "../../api/index.js";
import type { ApiKind, BuildStrategy } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { Informer } from "../../kube/informer.js";
import type { InformerStats } from "../../kube/informer-options.js";
import { isKubeError } from "../../kube/kube-error.js";
import type { Random } from "../../kube/random.js";
import { cachedBuild, kindId, resourceOfKind, type StoredBuild } from "./stored-build.js";

export interface BuildCachesOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Namespaces that builds run in. */
  readonly namespaces: readonly string[] | "all";
  /** A build object came, changed or went (`isGone`). */
  readonly onBuild: (object: StoredBuild, isGone: boolean) => void;
  /** An object that tells of the build with this UID came, changed or went. */
  readonly onRelated: (buildUid: string) => void;
  /** A cache was filled, or turned out to be forbidden. */
  readonly onFilled: () => void;
}

interface KindCache {
  readonly informer: Informer<StoredBuild>;
  isForbidden: boolean;
}

/** Index of builds by flight, and of related objects by the build that owns them. */
const BY_FLIGHT = "flight";
const BY_OWNER = "owner";

const ROLE: Role = "build";

/** Live copies of our build objects, and of those that tell how they are doing: one informer per kind that is used. */
export class BuildCaches {
  readonly #options: BuildCachesOptions;
  readonly #caches = new Map<string, KindCache>();
  readonly #stopping = new AbortController();
  readonly #flightOf: (object: StoredBuild) => string | undefined;

  /** @param flightOf names the flight that a build object belongs to; `undefined` = it is none of ours */
  constructor(options: BuildCachesOptions, flightOf: (object: StoredBuild) => string | undefined) {
    this.#options = options;
    this.#flightOf = flightOf;
  }

  /** Begins to watch what the strategy needs, unless that is done. @returns whether its caches are filled */
  isFilled({ needs: [main], watches }: BuildStrategy): boolean {
    if (main === undefined) return false;
    return [main, ...watches].map((kind) => this.#open(kind)).every(({ informer }) => informer.hasSynced);
  }

  /** Whether the operator may not watch what the strategy needs. */
  isForbidden({ needs: [main], watches }: BuildStrategy): boolean {
    const caches = [...(main === undefined ? [] : [main]), ...watches].map((kind) => this.#caches.get(kindId(kind)));
    return caches.some((cache) => cache !== undefined && !cache.informer.hasSynced && cache.isForbidden);
  }

  /** Build objects of a flight. */
  ofFlight(kinds: readonly ApiKind[], flight: string): StoredBuild[] {
    return this.#informers(kinds).flatMap((informer) => informer.byIndex(BY_FLIGHT, flight));
  }

  /** One build object, of whichever of these kinds. */
  get(kinds: readonly ApiKind[], key: { readonly namespace: string; readonly name: string }): StoredBuild | undefined {
    return this.#informers(kinds).flatMap((informer) => informer.get(key) ?? [])[0];
  }

  /** Objects that tell how a build is doing. */
  related({ watches }: BuildStrategy, buildUid: string): StoredBuild[] {
    return this.#informers(watches).flatMap((informer) => informer.byIndex(BY_OWNER, buildUid));
  }

  /** All build objects of these kinds. */
  list(kinds: readonly ApiKind[]): StoredBuild[] {
    return this.#informers(kinds).flatMap((informer) => informer.list());
  }

  /** By plural name of the resource. */
  get stats(): Record<string, InformerStats> {
    const entries = [...this.#caches].map(([id, { informer }]) => [id.slice(0, id.indexOf(".")), informer.stats]);
    return Object.fromEntries(entries) as Record<string, InformerStats>;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the operator stops"));
    await Promise.all([...this.#caches.values()].map(({ informer }) => informer.stop()));
  }

  #informers(kinds: readonly ApiKind[]): Informer<StoredBuild>[] {
    const ids = new Set(kinds.map(kindId));
    return [...ids].flatMap((id) => this.#caches.get(id)?.informer ?? []);
  }

  #open(kind: ApiKind): KindCache {
    const known = this.#caches.get(kindId(kind));
    if (known !== undefined) return known;
    const { cluster, clock, random, namespaces, onFilled } = this.#options;
    const informer: Informer<StoredBuild> = new Informer<StoredBuild>({
      ...{ cluster, clock, random, namespaces },
      resource: resourceOfKind(kind),
      labelSelector: `${LABEL_ROLE}=${ROLE}`,
      transform: cachedBuild,
      indexes: {
        [BY_FLIGHT]: (object) => [this.#flightOf(object) ?? []].flat(),
        [BY_OWNER]: (object) => (object.metadata.ownerReferences ?? []).map(({ uid }) => uid),
      },
      onError: (error) => this.#failed(kind, error),
    });
    const cache = { informer, isForbidden: false };
    this.#caches.set(kindId(kind), cache);
    this.#follow(informer);
    if (!this.#stopping.signal.aborted) informer.start();
    void informer.whenSynced(this.#stopping.signal).then(onFilled, () => undefined);
    return cache;
  }

  #follow(informer: Informer<StoredBuild>): void {
    const tell = (object: StoredBuild, isGone: boolean): void => {
      if (this.#flightOf(object) !== undefined) this.#options.onBuild(object, isGone);
      for (const { uid } of object.metadata.ownerReferences ?? []) this.#options.onRelated(uid);
    };
    informer.addHandler({
      added: (object) => tell(object, false),
      updated: (object) => tell(object, false),
      deleted: (object) => tell(object, true),
    });
  }

  #failed(kind: ApiKind, error: unknown): void {
    this.#options.logger.warn({ kind: kind.kind, err: error }, "watching builds is interrupted; it goes on by itself");
    const cache = this.#caches.get(kindId(kind));
    if (cache === undefined || cache.isForbidden || !isKubeError(error, "Forbidden")) return;
    cache.isForbidden = true;
    if (!cache.informer.hasSynced) this.#options.onFilled();
  }
}
