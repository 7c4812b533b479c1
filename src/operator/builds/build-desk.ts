import type { Logger } from "pino";
import { type BuildPlan, type BuildStrategy, parseBuildName, type WaitingJob } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import type { InformerStats } from "../../kube/informer-options.js";
import { isKubeError } from "../../kube/kube-error.js";
import type { Random } from "../../kube/random.js";
import type { BuildsSeen, SeenBuild } from "../decide/build-observation.js";
import type { OperatorMetrics } from "../operator-metrics.js";
import { DONE, type EffectResult, refusalOf } from "../refusal.js";
import { AssumedBuilds } from "./assumed-builds.js";
import { type BoardEntry, BuildBoard, historyOf } from "./build-board.js";
import { BuildCaches } from "./build-caches.js";
import { BuildHistory } from "./build-history.js";
import { BuildInterests } from "./build-interests.js";
import { BuildLogs } from "./build-logs.js";
import { BuildMaker } from "./build-maker.js";
import { recordBuild } from "./build-metrics.js";
import { BuildPlaces } from "./build-places.js";
import type { BuildProver } from "./build-proof.js";
import { BuildSweep, type SweptBuild } from "./build-sweep.js";
import type { ImageSizes } from "./image-sizes.js";
import { RelatedReads } from "./related-reads.js";
import { flightId, identityOf, isOver } from "./seen-build.js";
import { ServedStrategies } from "./served-strategies.js";
import type { StoredBuild } from "./stored-build.js";

export interface BuildDeskOptions {
  readonly prover: BuildProver;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: OperatorMetrics;
  readonly sizes: ImageSizes;
  /** Best first. */
  readonly strategies: readonly BuildStrategy[];
  /** Namespaces that builds run in. */
  readonly namespaces: readonly string[] | "all";
  /** Builds at a time. */
  readonly maxBuilds: number;
  /** How long finished builds are kept that no job names, in milliseconds. */
  readonly retentionMs: number;
  /** Whether a cached job waits for the end of the build of that name; whether its status names it at all. */
  readonly cachedInterest: (buildName: string) => Pick<SweptBuild, "isAwaited" | "isNamed">;
  /** Told when something changed that the job with this UID wants to know. */
  readonly onChange: (jobUid: string) => void;
}

/** What a job wants to know of builds. */
export interface BuildLook {
  readonly job: {
    readonly uid: string;
    /** `namespace/name`. */
    readonly key: string;
    readonly namespace: string;
    /** Higher goes first. */
    readonly priority: number;
  };
  /** Of its builds. */
  readonly namespace: string;
  /** Key of the job's flight; absent = not known. */
  readonly key?: string;
  /** The build that its status names. */
  readonly buildName?: string;
  /** It waits for that build's end. */
  readonly isWaiting: boolean;
  /** It starts a build if there is none. */
  readonly mayStart: boolean;
}

/**
 * The cluster's builds: what there is, how it is doing, whether there is room for more. It begins to look at the cluster
 * when somebody asks, so that clusters without builds pay nothing, and it keeps nothing that it can't find again.
 */
export class BuildDesk {
  readonly #options: BuildDeskOptions;
  readonly #served: ServedStrategies;
  readonly #caches: BuildCaches;
  readonly #assumed: AssumedBuilds;
  readonly #places: BuildPlaces;
  readonly #interests = new BuildInterests();
  readonly #logs: BuildLogs;
  readonly #reads: RelatedReads;
  readonly #history = new BuildHistory();
  readonly #board: BuildBoard;
  readonly #maker: BuildMaker;
  readonly #sweep: BuildSweep;
  /** Names of builds that jobs wait for as they said last, by UID of the job: newer than the cache of jobs. */
  readonly #awaited = new Map<string, string>();
  /** Flights by UID of their builds. */
  readonly #flights = new Map<string, string>();
  /** UIDs of builds that this process saw before their end. */
  readonly #live = new Set<string>();
  readonly #stopping = new AbortController();
  #sweeping: Promise<void> | undefined;

  constructor(options: BuildDeskOptions) {
    const { cluster, clock, random, logger, strategies, namespaces, maxBuilds, retentionMs } = options;
    this.#options = options;
    const wakeAll = (): void => this.#wake(this.#interests.all());
    this.#served = new ServedStrategies({ cluster, clock, random, logger, strategies, onAnswer: wakeAll });
    this.#caches = new BuildCaches(
      {
        ...{ cluster, clock, random, logger, namespaces },
        onBuild: (object, isGone) => this.#buildChanged(object, isGone),
        onRelated: (buildUid) => this.#news(buildUid),
        onFilled: wakeAll,
      },
      (object) => identityOf(object)?.flight,
    );
    this.#assumed = new AssumedBuilds(clock);
    this.#places = new BuildPlaces(maxBuilds, clock);
    const reading = { cluster, clock, random, logger, onNews: (buildUid: string) => this.#news(buildUid) };
    this.#logs = new BuildLogs(reading);
    this.#reads = new RelatedReads(reading);
    this.#board = new BuildBoard({
      ...{ prover: options.prover, strategies },
      ...{ caches: this.#caches, assumed: this.#assumed, history: this.#history },
      ...{ logs: this.#logs, reads: this.#reads },
    });
    this.#maker = new BuildMaker(cluster, options.prover);
    this.#sweep = new BuildSweep({ cluster, clock, logger, retentionMs, builds: () => this.#swept() });
  }

  /** Strategies that can be used, best first; `undefined` while that is not known, or their builds are not. */
  get available(): BuildsSeen["available"] {
    const served = this.#served.look()?.filter((strategy) => !this.#caches.isForbidden(strategy));
    if (served === undefined) return undefined;
    // Each is asked: asking begins to fill its caches.
    const areFilled = served.map((strategy) => this.#caches.isFilled(strategy));
    if (areFilled.includes(false)) return undefined;
    this.#sweeping ??= this.#sweep.run(this.#stopping.signal);
    return served.map(({ name }) => name);
  }

  /** What the job wants to know. It is told when that changes, until it {@link leave}s. */
  look(look: BuildLook): Pick<BuildsSeen, "available" | "builds" | "followed" | "hasRoom"> {
    const { job, namespace, key, buildName } = look;
    const keys = [key, buildName === undefined ? undefined : parseBuildName(buildName)?.key];
    this.#interests.set(
      job.uid,
      keys.flatMap((each) => (each === undefined ? [] : [flightId(namespace, each)])),
    );
    if (look.isWaiting && buildName !== undefined) this.#awaited.set(job.uid, buildName);
    else this.#awaited.delete(job.uid);
    const { available } = this;
    if (available === undefined) return { available, builds: [], hasRoom: false };
    const builds = key === undefined ? [] : this.#board.ofFlight(namespace, key);
    const followed = buildName === undefined ? undefined : this.#board.get({ namespace, name: buildName });
    return {
      available,
      builds: builds.map((entry, index) => (index === 0 ? this.#board.withLog(entry) : entry.seen)),
      ...(followed && { followed: this.#board.withLog(followed) }),
      hasRoom: this.#hasRoom(look, builds),
    };
  }

  /** The job has decided: a place that was kept for it and that it did not use is free again. */
  release(jobUid: string): void {
    this.#places.release(jobUid);
  }

  /** The job wants to know nothing more of builds. */
  leave(jobUid: string): void {
    this.#interests.forget(jobUid);
    this.#awaited.delete(jobUid);
    this.#places.leave(jobUid);
  }

  /** Keys of jobs that found no room for a build and may try again. */
  takeWaiting(): string[] {
    return this.#places.takeWaiting();
  }

  /** Makes a build, or joins the one of that name. @throws KubeError when it may work later */
  async start(plan: BuildPlan, name: SeenBuild["strategy"]): Promise<EffectResult> {
    const flight = flightId(plan.namespace, plan.key);
    // Told first: whoever decides meanwhile must not give the place away.
    this.#places.started(flight);
    try {
      const build = await this.#maker.start(plan, this.#strategy(name));
      this.#assumed.assume(build);
      return DONE;
    } catch (error) {
      this.#places.failed(flight);
      if (isKubeError(error, "NotFound")) this.#served.refresh();
      return refusalOf(error);
    }
  }

  /** Makes the job an owner of a build, if that is still there. @throws KubeError when it may work later */
  async join(key: { namespace: string; name: string }, build: Pick<SeenBuild, "uid" | "strategy">, job: WaitingJob) {
    await this.#maker.join(key, build.uid, this.#strategy(build.strategy), job);
  }

  /** Brings the gauges about builds up to date. */
  refreshGauges(): void {
    const { metrics } = this.#options;
    const { length, oldestMs } = this.#places.queue;
    metrics.gauge("buildsQueued", {}, length);
    metrics.gauge("buildQueueAge", {}, oldestMs / 1000);
    const running = this.#board.list().filter(({ seen }) => !isOver(seen.observation));
    metrics.gauge("pipelineRunsActive", {}, running.filter(({ object }) => object.kind === "PipelineRun").length);
  }

  /** Of the caches, by plural name of their resource. */
  get stats(): Record<string, InformerStats> {
    return this.#caches.stats;
  }

  /** Ends everything under way. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the operator stops"));
    this.#served.stop();
    this.#logs.stop();
    this.#reads.stop();
    await Promise.all([this.#caches.stop(), this.#sweeping]);
  }

  #hasRoom({ job, namespace, key, mayStart }: BuildLook, builds: readonly BoardEntry[]): boolean {
    const isThere = builds.some(({ seen }) => seen.flight !== undefined && !isOver(seen.observation));
    if (!mayStart || key === undefined || isThere) {
      this.#places.leave(job.uid);
      return true;
    }
    const { uid: jobUid, key: jobKey, namespace: jobNamespace, priority } = job;
    return this.#places.reserve({
      jobUid,
      jobKey,
      namespace: jobNamespace,
      priority,
      flight: flightId(namespace, key),
    });
  }

  #buildChanged(object: StoredBuild, isGone: boolean): void {
    this.#assumed.told(object);
    const entry = this.#board.entryOf(object);
    if (entry === undefined) return;
    const { uid = "" } = object.metadata;
    const flight = identityOf(object)?.flight ?? "";
    const { observation } = entry.seen;
    // What somebody made, or changed, in a build's name takes no place and teaches nothing.
    const isProven = entry.seen.flight !== undefined;
    this.#flights.set(uid, flight);
    if (!isProven) {
      if (this.#live.delete(uid)) this.#places.ended(flight, uid);
    } else if (isGone || isOver(observation)) {
      this.#places.ended(flight, uid);
      if (this.#live.delete(uid))
        recordBuild(this.#options, object, observation, entry.strategy, this.#options.clock.now());
      this.#logs.ended(uid);
    } else {
      this.#places.seen(flight, uid);
      this.#live.add(uid);
      this.#sweep.wake();
    }
    if (isProven) for (const kind of historyOf(object, entry.strategy)) this.#history.note(kind, uid, observation);
    if (isGone) {
      this.#flights.delete(uid);
      this.#logs.forget(uid);
      this.#reads.forget(uid);
      this.#board.forget(uid);
    }
    this.#wake(this.#interests.of(flight));
  }

  /** Something tells more of a build. */
  #news(buildUid: string): void {
    const flight = this.#flights.get(buildUid);
    if (flight !== undefined) this.#wake(this.#interests.of(flight));
  }

  #swept(): SweptBuild[] {
    for (const object of this.#assumed.takeExpired()) {
      const flight = identityOf(object)?.flight ?? "";
      this.#places.failed(flight);
      this.#wake(this.#interests.of(flight));
    }
    const awaited = new Set(this.#awaited.values());
    return this.#board.list().map(({ object, strategy, seen: { name, observation } }) => {
      const { isAwaited, isNamed } = this.#options.cachedInterest(name);
      return { object, strategy, observation, isAwaited: isAwaited || awaited.has(name), isNamed };
    });
  }

  #wake(jobUids: readonly string[]): void {
    for (const jobUid of jobUids) this.#options.onChange(jobUid);
  }

  /** @throws TypeError for one that there is not: decisions name only those that are available */
  #strategy(name: SeenBuild["strategy"]): BuildStrategy {
    const strategy = this.#options.strategies.find((each) => each.name === name);
    if (strategy === undefined) throw new TypeError(`there is no build strategy ${name}`);
    return strategy;
  }
}
