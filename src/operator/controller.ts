import type { Logger } from "pino";
import { LABEL_JOB, parseDuration } from "../api/index.js";
import { Informer } from "../kube/informer.js";
import { keyFromText, keyOf, keyText } from "../kube/object-key.js";
import { NOTEBOOK_VALIDATION_JOBS, type NotebookValidationJobObject, PODS, type Pod } from "../kube/resources.js";
import { AssumedPods } from "./assumed-pods.js";
import { type Builds, buildsOf } from "./builds/builds.js";
import { buildIndexes } from "./builds/jobs-of-builds.js";
import { cachedJob, cachedPod, withKnownSpec } from "./cached-objects.js";
import { Capacity } from "./capacity.js";
import type { Settings } from "./decide/observation.js";
import { controllingJob } from "./decide/pods.js";
import { Desks } from "./desks.js";
import { Effects } from "./effects.js";
import { JobLedger } from "./job-ledger.js";
import { LeavingPods } from "./leaving-pods.js";
import { recordStart, setLiveGauges } from "./live-gauges.js";
import { LogFollower } from "./log-follower.js";
import { Observer } from "./observer.js";
import { OperatorMetrics } from "./operator-metrics.js";
import type { OperatorOptions } from "./operator-options.js";
import { PodEvents } from "./pod-events.js";
import { PodPlaces } from "./pod-places.js";
import { priorityOf, UNDER_WAY_PRIORITY } from "./priority.js";
import { Reconciler } from "./reconciler.js";
import { ReportConfigMaps } from "./report-config-map.js";
import { SigningKey } from "./signing-key.js";
import { tellTransition } from "./tell-transition.js";
import { WorkQueue } from "./work-queue.js";
import { Workers } from "./workers.js";

/** Index of pods by the UID of the job that controls them. */
const BY_OWNER = "owner";
/** Longest time that {@link Controller.run} takes to end, in milliseconds. */
const DRAIN_MS = 8_000;
/** A job that has waited so long for a worker waits too long; milliseconds. */
const LATE_MS = 500;

/** Watches jobs and their pods, and has each job reconciled when something about it changed or its time has come. */
export class Controller {
  readonly #options: OperatorOptions;
  readonly #logger: Logger;
  readonly #metrics: OperatorMetrics;
  readonly #queue: WorkQueue;
  readonly #jobs: Informer<NotebookValidationJobObject>;
  readonly #pods: Informer<Pod>;
  readonly #desks: Desks;
  readonly #logs: LogFollower;
  readonly #capacity: Capacity;
  readonly #places: PodPlaces;
  readonly #assumed: AssumedPods;
  readonly #leaving: LeavingPods;
  readonly #reports: ReportConfigMaps;
  readonly #builds: Builds | undefined;
  readonly #reconciler: Reconciler;
  /** Names of jobs by UID. */
  readonly #keys = new Map<string, string>();
  readonly #workers: Workers;
  #isReady = false;

  constructor(options: OperatorOptions) {
    const { cluster, clock, random, config, namespaces } = options;
    this.#options = options;
    this.#logger = options.logger;
    this.#metrics = options.metrics ?? new OperatorMetrics();
    this.#queue = new WorkQueue({ clock, random });
    const settings: Settings = { config, build: options.build ?? "refuse", waits: options.waits ?? true };
    const watched = { cluster, clock, random, namespaces: namespaces ?? ("all" as const) };
    const onError = (error: unknown): void =>
      this.#logger.warn({ err: error }, "watching is interrupted; it goes on by itself");
    this.#jobs = new Informer({
      ...watched,
      resource: NOTEBOOK_VALIDATION_JOBS,
      transform: (job) => withKnownSpec(cachedJob(job), this.#jobs.get(keyOf(job))),
      ...(settings.build === "build" && { indexes: buildIndexes(settings) }),
      onError,
    });
    this.#pods = new Informer({
      ...watched,
      resource: PODS,
      labelSelector: LABEL_JOB,
      indexes: { [BY_OWNER]: (pod) => [controllingJob(pod) ?? []].flat() },
      transform: cachedPod,
      onError,
    });
    const signingKey = new SigningKey(options.signingKey);
    this.#desks = new Desks(options, {
      ...{ settings, metrics: this.#metrics },
      onAnswer: (uid) => this.#add(this.#keys.get(uid)),
    });
    this.#logs = new LogFollower({
      cluster,
      clock,
      random,
      logger: this.#logger,
      onProgress: (key, isFinal) => this.#add(key, isFinal),
      maxStreams: config.concurrency.logStreams,
    });
    const { validations, validationsPerNamespace } = config.concurrency;
    this.#capacity = new Capacity({ total: validations, perNamespace: validationsPerNamespace }, () => clock.now());
    this.#places = new PodPlaces({
      ...{ capacity: this.#capacity, clock },
      jobOf: (uid) => this.#jobs.get(keyFromText(this.#keys.get(uid) ?? "")),
      podsOf: (uid) => this.#pods.byIndex(BY_OWNER, uid),
    });
    this.#reports = new ReportConfigMaps(cluster, this.#logger);
    this.#assumed = new AssumedPods(clock, (pod) => this.#pods.get(keyOf(pod))?.metadata.uid === pod.metadata.uid);
    this.#leaving = new LeavingPods(clock);
    const onChange = (uid: string): void => this.#add(this.#keys.get(uid), true);
    this.#builds = buildsOf(options, {
      ...{ settings, onChange, prover: signingKey },
      metrics: this.#metrics,
      jobs: () => this.#jobs,
      onSecret: (namespace, name) => this.#desks.resolutions.told({ kind: "Secret", name }, namespace),
    });
    this.#reconciler = new Reconciler({
      cluster,
      clock,
      logger: this.#logger,
      jobOf: (key) => this.#jobs.get(key),
      observer: new Observer({
        cluster,
        podsOf: (uid) => this.#pods.byIndex(BY_OWNER, uid),
        assumed: this.#assumed,
        leaving: this.#leaving,
        desk: this.#desks.source,
        resolutions: this.#desks.resolutions,
        logs: this.#logs,
        podEvents: new PodEvents({ cluster, clock, logger: this.#logger }),
        signingKey,
        capacity: this.#capacity,
        settings,
        rival: options.rival,
        builds: this.#builds,
        follow: this.#desks.follow,
      }),
      effects: new Effects({
        cluster: this.#assumed.through(cluster),
        clock,
        logger: this.#logger,
        signingKey,
        desk: this.#desks.source,
        resolutions: this.#desks.resolutions,
        reports: this.#reports,
        fetcher: { image: options.operatorImage, command: options.fetcherCommand },
        runner: options.runner,
        localTree: options.localTree,
        builds: this.#builds,
      }),
      capacity: this.#capacity,
      ledger: new JobLedger(clock, parseDuration(config.status.progressInterval), new Map(), () => this.#isLate),
      assumed: this.#assumed,
      leaving: this.#leaving,
      builds: this.#builds,
      onTransition: (job, before, after) =>
        tellTransition({ config, metrics: this.#metrics, logger: this.#logger }, job, before, after),
    });
    this.#workers = new Workers({
      queue: this.#queue,
      clock,
      logger: this.#logger,
      metrics: this.#metrics,
      reconcile: (key) => this.#reconciler.reconcile(keyFromText(key)),
      priorityOf: (key) => this.#priorityOf(key),
      // A place that was promised and not taken is the next one's.
      onDone: () => this.#wakeWaiting(),
    });
  }

  /** Whether the caches are filled and jobs are being worked on. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether jobs wait longer than anybody should notice: then mere progress makes room. */
  get #isLate(): boolean {
    return this.#queue.oldestMs > LATE_MS;
  }

  /** How long the reconcile that takes longest has taken by now, in milliseconds. */
  get longestReconcileMs(): number {
    return this.#workers.longestMs;
  }

  /** Brings the gauges up to date that follow from the caches. */
  refreshGauges(): void {
    const informers = {
      ...this.#builds?.stats,
      [NOTEBOOK_VALIDATION_JOBS.plural]: this.#jobs.stats,
      [PODS.plural]: this.#pods.stats,
    };
    setLiveGauges(this.#metrics, { jobs: this.#jobs.list(), informers }, this.#options.clock.now());
    this.#builds?.refreshGauges();
    this.#metrics.gauge("queueDepth", {}, this.#queue.depth);
    this.#metrics.gauge("queueAge", {}, this.#queue.oldestMs / 1000);
    this.#metrics.gauge("validationPodsActive", {}, this.#capacity.livePods);
  }

  /** Works until `signal` aborts; then finishes what is under way. */
  async run(signal: AbortSignal): Promise<void> {
    this.#watch();
    for (const part of [this.#jobs, this.#pods, this.#builds]) part?.start();
    try {
      await Promise.all([this.#jobs.whenSynced(signal), this.#pods.whenSynced(signal)]);
      this.#assumed.begin();
      this.#isReady = true;
      this.#logger.info({ jobs: this.#jobs.size, pods: this.#pods.size }, "the operator works");
      const stopped = aborted(signal);
      this.#workers.start(Math.max(1, this.#options.concurrency ?? this.#options.config.concurrency.reconciles));
      await stopped;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#drain();
    }
  }

  async #drain(): Promise<void> {
    const { clock } = this.#options;
    this.#isReady = false;
    this.#queue.close();
    this.#desks.stop();
    this.#logs.stop();
    const done = new AbortController();
    const late = clock.sleep(DRAIN_MS, done.signal).then(
      () => this.#logger.warn({ underWay: this.#queue.processing }, "not everything under way has ended in time"),
      () => undefined,
    );
    await Promise.race([this.#queue.drained(), late]);
    done.abort();
    await Promise.all([this.#jobs.stop(), this.#pods.stop(), this.#builds?.stop()]);
    this.#logger.info("the operator has stopped");
  }

  #watch(): void {
    this.#options.rival?.onChange(() => this.#jobs.list().forEach((job) => this.#add(keyText(keyOf(job)))));
    this.#jobs.addHandler({
      added: (job) => this.#jobChanged(job),
      updated: (job) => this.#jobChanged(job),
      deleted: (job) => {
        const { uid = "" } = job.metadata;
        this.#logs.forget(keyText(keyOf(job)));
        this.#keys.delete(uid);
        this.#desks.forget(uid);
        this.#reconciler.forget(uid);
        this.#reports.forget(uid);
        this.#wakeWaiting();
      },
    });
    this.#pods.addHandler({
      added: (pod) => this.#podChanged(pod),
      updated: (pod, before) => {
        recordStart(this.#metrics, before, pod);
        this.#podChanged(pod);
      },
      deleted: (pod) => this.#podChanged(pod, true),
    });
  }

  #jobChanged(job: NotebookValidationJobObject): void {
    const key = keyText(keyOf(job));
    this.#keys.set(job.metadata.uid ?? "", key);
    this.#desks.follow.watch(job);
    this.#places.jobChanged(job);
    this.#add(key);
    this.#wakeWaiting();
  }

  #podChanged(pod: Pod, isGone = false): void {
    const jobUid = controllingJob(pod);
    if (jobUid === undefined) return;
    this.#assumed.told(jobUid, pod);
    this.#places.podChanged(pod, isGone);
    this.#add(this.#keys.get(jobUid), true);
    this.#wakeWaiting();
  }

  /** @param isUnderWay whether it is about an attempt that has begun */
  #add(key: string | undefined, isUnderWay = false): void {
    if (key === undefined) return;
    this.#queue.add(key, { priority: isUnderWay ? UNDER_WAY_PRIORITY : this.#priorityOf(key) });
  }

  /** As many of those that wait as there are places may try again, the most urgent first. */
  #wakeWaiting(): void {
    for (const key of this.#capacity.takeWaiting()) this.#add(key);
    for (const key of this.#builds?.takeWaiting() ?? []) this.#add(key);
  }

  #priorityOf(key: string): number {
    return priorityOf(this.#jobs.get(keyFromText(key))?.spec);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
