import type { Logger } from "pino";
import { BuildLog, type BuildProgress } from "../../build/index.js";
import { Backoff } from "../../kube/backoff.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { LogPosition } from "../../kube/log-position.js";
import type { Random } from "../../kube/random.js";
import { LineSplitter } from "../line-splitter.js";
import { Turns } from "../turns.js";
import { LogTail } from "./log-tail.js";
import { patientRead } from "./patient-read.js";

/** One container of a build's pod. */
export interface BuildLogPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface BuildLogsOptions {
  readonly cluster: Pick<Cluster, "logs">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told when a log says something new of the build with this UID; while it runs, not more often than the interval. */
  readonly onNews: (buildUid: string) => void;
  /** Shortest time between two pieces of news of one running build, in milliseconds. @default 2000 */
  readonly intervalMs?: number;
  /** Logs of running builds that are followed at a time, one connection each. @default 20 */
  readonly maxStreams?: number;
  /** How long a failed build's log is waited for, in milliseconds. @default 15000 */
  readonly patienceMs?: number;
}

/** The end of a failed build's log; `text` is absent when there is none any more. */
export type LogEnding = { readonly kind: "reading" } | { readonly kind: "read"; readonly text?: string };

type Ending =
  | { readonly kind: "reading"; readonly place: BuildLogPlace | undefined }
  | Extract<LogEnding, { kind: "read" }>;

interface Following {
  readonly place: BuildLogPlace;
  readonly stop: AbortController;
}

/** Logs that are read as a whole at a time. */
const MAX_READS = 4;
/** How far one cache may be behind another; milliseconds. */
const LAG_MS = 3_000;
/** A stream is opened anew after so long, in case it died silently; milliseconds. */
const MAX_STREAM_MS = 600_000;

/** Reads builds' logs: those of running ones for their progress, those of failed ones for the reason. */
export class BuildLogs {
  readonly #options: Required<BuildLogsOptions>;
  /** By UID of the build. */
  readonly #followings = new Map<string, Following>();
  readonly #readers = new Map<string, BuildLog>();
  readonly #endings = new Map<string, Ending>();
  readonly #stop = new AbortController();
  readonly #reads: Turns;

  constructor(options: BuildLogsOptions) {
    this.#options = { intervalMs: 2_000, maxStreams: 20, patienceMs: 15_000, ...options };
    this.#reads = new Turns(MAX_READS, 5_000, options.clock);
  }

  /** What a running build's log says so far; it is followed from now on. @param place the container that works right now */
  progress(buildUid: string, place: BuildLogPlace): BuildProgress {
    const known = this.#followings.get(buildUid);
    const isSame = known?.place.pod === place.pod && known.place.container === place.container;
    const isFull = known === undefined && this.#followings.size >= this.#options.maxStreams;
    if (!isSame && !isFull && !this.#stop.signal.aborted) this.#follow(buildUid, place);
    return this.#readers.get(buildUid)?.progress ?? {};
  }

  /**
   * The end of the log in which a build failed; it is read once.
   * @param place `undefined` when nothing tells of one: caches are filled one by one, so that is believed after a while
   */
  ending(buildUid: string, place: BuildLogPlace | undefined): LogEnding {
    const known = this.#endings.get(buildUid);
    const isEnough = known !== undefined && (known.kind === "read" || known.place !== undefined || place === undefined);
    if (isEnough || this.#stop.signal.aborted) return known ?? { kind: "reading" };
    const reading: Ending = { kind: "reading", place };
    this.#endings.set(buildUid, reading);
    void (place === undefined ? this.#nothing() : this.#readEnding(place)).then((text) => {
      if (this.#endings.get(buildUid) !== reading || this.#stop.signal.aborted) return;
      this.#endings.set(buildUid, { kind: "read", ...(text !== undefined && { text }) });
      this.#options.onNews(buildUid);
    });
    return reading;
  }

  /** The build has ended: nothing more is said of its progress. */
  ended(buildUid: string): void {
    this.#followings.get(buildUid)?.stop.abort(new Error("the build has ended"));
    this.#followings.delete(buildUid);
    this.#readers.delete(buildUid);
  }

  /** The build is gone. */
  forget(buildUid: string): void {
    this.ended(buildUid);
    this.#endings.delete(buildUid);
  }

  stop(): void {
    this.#stop.abort(new Error("the operator stops"));
    for (const buildUid of [...this.#followings.keys()]) this.ended(buildUid);
  }

  #follow(buildUid: string, place: BuildLogPlace): void {
    this.#followings.get(buildUid)?.stop.abort(new Error("the build has gone on"));
    const following = { place, stop: new AbortController() };
    this.#followings.set(buildUid, following);
    const reader = this.#readers.get(buildUid) ?? new BuildLog();
    this.#readers.set(buildUid, reader);
    void this.#followOn(buildUid, following, reader).catch((error: unknown) => {
      if (!following.stop.signal.aborted) this.#options.logger.error({ err: error }, "following a build's log failed");
    });
  }

  /** Reads until the build goes on elsewhere or ends, wherever the stream breaks. */
  async #followOn(buildUid: string, { place, stop }: Following, reader: BuildLog): Promise<void> {
    const { clock, random, logger } = this.#options;
    const backoff = new Backoff({ firstMs: 500, maxMs: 10_000 }, random);
    const position = new LogPosition();
    const lines = new LineSplitter();
    let news: Promise<void> | undefined;
    const tell = (): void => {
      news ??= clock.sleep(this.#options.intervalMs, stop.signal).then(
        () => {
          news = undefined;
          this.#options.onNews(buildUid);
        },
        () => undefined,
      );
    };
    while (!stop.signal.aborted) {
      try {
        for await (const chunk of this.#stream(place, position, stop.signal)) {
          for (const line of lines.push(chunk)) reader.push(line);
          backoff.reset();
          tell();
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.debug({ pod: place.pod, err: error }, "a build's log could not be read; it is tried again");
      }
      if (!stop.signal.aborted) await clock.sleep(backoff.next(), stop.signal).catch(() => undefined);
    }
  }

  async *#stream(place: BuildLogPlace, position: LogPosition, stop: AbortSignal): AsyncIterable<Uint8Array> {
    const { cluster, clock } = this.#options;
    const { namespace, pod: name, container } = place;
    const old = new AbortController();
    const closed = new AbortController();
    void clock.sleep(MAX_STREAM_MS, AbortSignal.any([closed.signal, stop])).then(
      () => old.abort(new Error("the stream is old")),
      () => undefined,
    );
    try {
      const signal = AbortSignal.any([stop, old.signal]);
      yield* cluster.logs({ namespace, name }, { container, follow: true, position, signal });
    } finally {
      closed.abort();
    }
  }

  async #nothing(): Promise<undefined> {
    await this.#options.clock.sleep(LAG_MS, this.#stop.signal).catch(() => undefined);
  }

  /** The log's last lines; `undefined` when it is gone, or does not come in time. */
  async #readEnding(place: BuildLogPlace): Promise<string | undefined> {
    const { clock, random, patienceMs, logger } = this.#options;
    const onFailure = (error: unknown): void =>
      logger.debug({ pod: place.pod, err: error }, "a failed build's log could not be read; it is tried again");
    return patientRead({ clock, random, patienceMs, stop: this.#stop.signal, onFailure }, (signal) =>
      this.#reads.take(() => this.#readTail(place, signal)),
    );
  }

  async #readTail(
    { namespace, pod: name, container }: BuildLogPlace,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const lines = new LineSplitter();
    const tail = new LogTail();
    for await (const chunk of this.#options.cluster.logs({ namespace, name }, { container, signal })) {
      for (const line of lines.push(chunk)) tail.push(line);
    }
    const rest = lines.end();
    if (rest !== undefined) tail.push(rest);
    return tail.text;
  }
}
