import type { Logger } from "pino";
import { ANNOTATION_BUILD_ABANDONED, fromRfc3339 } from "../../api/index.js";
import type { BuildObservation, BuildStrategy } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { isKubeError } from "../../kube/kube-error.js";
import { mainKind } from "./build-maker.js";
import { isOver } from "./seen-build.js";
import { resourceOfKind, type StoredBuild } from "./stored-build.js";

/** A build as the sweep sees it. */
export interface SweptBuild {
  readonly object: StoredBuild;
  readonly observation: BuildObservation;
  readonly strategy: BuildStrategy;
  /** A job waits for its end. */
  readonly isAwaited: boolean;
  /** A job's status names it. */
  readonly isNamed: boolean;
}

export interface BuildSweepOptions {
  readonly cluster: Pick<Cluster, "patch" | "delete">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Our builds, as they are now. */
  readonly builds: () => readonly SweptBuild[];
  /** How long finished builds are kept that no job names, in milliseconds. */
  readonly retentionMs: number;
}

/** Between two looks, while something is being built and while nothing is; milliseconds. */
const LOOK_MS = 2_000;
const IDLE_LOOK_MS = 60_000;
/** How long a build that nobody waits for runs on: caches lag, and the job that comes next may want it; milliseconds. */
const GRACE_MS = 5_000;
/** A cancellation is asked for again after so long, if nothing came of it; milliseconds. */
const ASK_AGAIN_MS = 60_000;
/** Old builds that are deleted in one look. */
const MAX_DELETIONS = 20;

/** Cancels builds that no job waits for any more, and deletes old ones that no job names. */
export class BuildSweep {
  readonly #options: BuildSweepOptions;
  /** Since when nobody waits for a running build, by its UID; the time is that of {@link Clock.elapsed}, here and below. */
  readonly #unawaited = new Map<string, number>();
  /** When a cancellation was asked for, by UID of the build. */
  readonly #asked = new Map<string, number>();
  #wake = new AbortController();

  constructor(options: BuildSweepOptions) {
    this.#options = options;
  }

  /** Looks again and again until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      // Before the look: a build that begins meanwhile may not be in it.
      this.#wake = new AbortController();
      let isBusy = true;
      try {
        isBusy = await this.look();
      } catch (error) {
        if (!signal.aborted) logger.error({ err: error }, "looking through builds failed");
      }
      const early = isBusy ? signal : AbortSignal.any([signal, this.#wake.signal]);
      await clock.sleep(isBusy ? LOOK_MS : IDLE_LOOK_MS, early).catch(() => undefined);
    }
  }

  /** Something is being built: the looks come at their pace. */
  wake(): void {
    this.#wake.abort();
  }

  /** One look. @returns whether something is being built */
  async look(): Promise<boolean> {
    const builds = this.#options.builds();
    const running = builds.filter(({ observation }) => !isOver(observation));
    this.#forgetOthers(running);
    for (const build of running) if (this.#isForsaken(build)) await this.#cancel(build);
    const old = builds.filter((build) => this.#isOld(build)).slice(0, MAX_DELETIONS);
    for (const build of old) await this.#delete(build);
    return running.length > 0;
  }

  #isForsaken({ object, isAwaited }: SweptBuild): boolean {
    const { uid = "", deletionTimestamp } = object.metadata;
    const now = this.#options.clock.elapsed();
    if (isAwaited || deletionTimestamp !== undefined) {
      this.#unawaited.delete(uid);
      return false;
    }
    const since = this.#unawaited.get(uid) ?? now;
    this.#unawaited.set(uid, since);
    return now - since >= GRACE_MS && now - (this.#asked.get(uid) ?? Number.NEGATIVE_INFINITY) >= ASK_AGAIN_MS;
  }

  /** Guarded by the version that was looked at: a job that joins meanwhile keeps the build alive. */
  async #cancel({ object, strategy }: SweptBuild): Promise<void> {
    const { cluster, clock, logger } = this.#options;
    const { name, namespace = "", uid = "", resourceVersion } = object.metadata;
    const metadata = { resourceVersion, annotations: { [ANNOTATION_BUILD_ABANDONED]: "true" } };
    try {
      await cluster.patch(
        resourceOfKind(mainKind(strategy)),
        { namespace, name },
        { ...strategy.cancelPatch, metadata },
      );
      this.#asked.set(uid, clock.elapsed());
      logger.info({ build: `${namespace}/${name}` }, "a build that no job waits for is cancelled");
    } catch (error) {
      this.#report(error, `${namespace}/${name}`, "a build could not be cancelled; it is tried again");
    }
  }

  #isOld({ object, observation, isNamed }: SweptBuild): boolean {
    if (isNamed || !isOver(observation) || object.metadata.deletionTimestamp !== undefined) return false;
    const ended = "completionTime" in observation ? observation.completionTime : undefined;
    const since = fromRfc3339(ended) ?? fromRfc3339(object.metadata.creationTimestamp);
    return since !== undefined && this.#options.clock.now() - since >= this.#options.retentionMs;
  }

  async #delete({ object, strategy }: SweptBuild): Promise<void> {
    const { name, namespace = "", uid } = object.metadata;
    try {
      const guard = uid === undefined ? {} : { uid };
      await this.#options.cluster.delete(resourceOfKind(mainKind(strategy)), { namespace, name }, guard);
    } catch (error) {
      this.#report(error, `${namespace}/${name}`, "an old build could not be deleted; it is tried again");
    }
  }

  /** Gone or changed meanwhile: the next look sees to it. */
  #report(error: unknown, build: string, what: string): void {
    if (!isKubeError(error, "NotFound", "Conflict")) this.#options.logger.warn({ build, err: error }, what);
  }

  #forgetOthers(running: readonly SweptBuild[]): void {
    const uids = new Set(running.map(({ object }) => object.metadata.uid));
    for (const notes of [this.#unawaited, this.#asked]) {
      for (const uid of notes.keys()) if (!uids.has(uid)) notes.delete(uid);
    }
  }
}
