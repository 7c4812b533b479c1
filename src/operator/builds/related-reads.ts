import type { Logger } from "pino";
import type { ApiKind, ObjectOfRun } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import type { Random } from "../../kube/random.js";
import { patientRead } from "./patient-read.js";
import { cachedBuild, resourceOfKind, type StoredBuild } from "./stored-build.js";

export interface RelatedReadsOptions {
  readonly cluster: Pick<Cluster, "list">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told when everything that there is about the build with this UID was read. */
  readonly onNews: (buildUid: string) => void;
}

/** A build, and objects that may tell why it failed. */
export interface RelatedQuestion {
  readonly uid: string;
  readonly namespace: string;
  /** Kinds of {@link names}. */
  readonly kinds: readonly ApiKind[];
  readonly names: readonly ObjectOfRun[];
}

/** How long one answer is waited for, with all its tries; what it would have told is lost then. Milliseconds. */
const PATIENCE_MS = 15_000;

interface Reading {
  readonly objects: StoredBuild[];
  isDone: boolean;
}

/**
 * What failed builds left behind, asked of the API server itself: caches are filled one by one, and none of them says whether
 * what it lacks will come. Each build is asked about once.
 */
export class RelatedReads {
  readonly #options: RelatedReadsOptions;
  /** By UID of the build. */
  readonly #readings = new Map<string, Reading>();
  readonly #stop = new AbortController();

  constructor(options: RelatedReadsOptions) {
    this.#options = options;
  }

  /** What was read of a build. */
  of(buildUid: string): readonly StoredBuild[] {
    return this.#readings.get(buildUid)?.objects ?? [];
  }

  /** Whether all that there is was read; it is read from now on. */
  isRead(question: RelatedQuestion): boolean {
    const known = this.#readings.get(question.uid);
    if (known !== undefined || this.#stop.signal.aborted) return known?.isDone ?? false;
    const reading: Reading = { objects: [], isDone: false };
    this.#readings.set(question.uid, reading);
    void this.#readAll(question, reading).then(() => {
      reading.isDone = true;
      if (!this.#stop.signal.aborted) this.#options.onNews(question.uid);
    });
    return false;
  }

  /** The build is gone. */
  forget(buildUid: string): void {
    this.#readings.delete(buildUid);
  }

  stop(): void {
    this.#stop.abort(new Error("the operator stops"));
  }

  async #readAll({ uid, namespace, kinds, names }: RelatedQuestion, { objects }: Reading): Promise<void> {
    const found = await Promise.all(
      names.map(async ({ kind, name }) => {
        const served = kinds.find((each) => each.kind === kind);
        return served && (await this.#read(served, { namespace, name }));
      }),
    );
    for (const object of found)
      if (object?.metadata.ownerReferences?.some((owner) => owner.uid === uid)) objects.push(cachedBuild(object));
  }

  /** By a list of one: that is all that the operator may ask of these kinds. */
  async #read(
    kind: ApiKind,
    { namespace, name }: { readonly namespace: string; readonly name: string },
  ): Promise<StoredBuild | undefined> {
    const { cluster, clock, random, logger } = this.#options;
    const onFailure = (error: unknown): void =>
      logger.debug({ kind: kind.kind, name, err: error }, "what a failed build left behind could not be read");
    return patientRead(
      { clock, random, patienceMs: PATIENCE_MS, stop: this.#stop.signal, onFailure },
      async (signal) => {
        const options = { namespace, fieldSelector: `metadata.name=${name}`, signal };
        return (await cluster.list(resourceOfKind(kind), options)).items[0];
      },
    );
  }
}
