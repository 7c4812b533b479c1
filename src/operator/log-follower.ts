import type { Logger } from "pino";
import { Backoff } from "../kube/backoff.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import { LogPosition } from "../kube/log-position.js";
import type { ObjectKey } from "../kube/object.js";
import type { Random } from "../kube/random.js";
import { advance, emptyProgress, type RunProgress } from "../validation/index.js";
import { LineSplitter } from "./line-splitter.js";
import { Turns } from "./turns.js";

export interface LogFollowerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told when a pod's log says something new; not more often than `intervalMs` until it is final. */
  readonly onProgress: (jobKey: string, isFinal: boolean) => void;
  /** @default 1000 */
  readonly intervalMs?: number;
  /**
   * How long a container is known to run before its log is read for the first time. One that ends sooner costs one plain
   * read at its end, on a connection that others have used, in place of a stream with one of its own. @default 1000
   */
  readonly quietMs?: number;
  /** Logs that are read as a whole at a time, as long as they come quickly. @default 32 */
  readonly maxReads?: number;
  /** Streams that are kept open at a time; more pods are polled. @default 100 */
  readonly maxStreams?: number;
  /** Between polls. @default 10000 */
  readonly pollMs?: number;
  /** A stream is opened anew after so long, in case it died silently. @default 600000 */
  readonly maxStreamMs?: number;
  /** How long after the container's end its log may still be waited for. @default 30000 */
  readonly patienceMs?: number;
}

/** One container's log to follow. */
export interface FollowedLog {
  readonly jobKey: string;
  readonly pod: ObjectKey;
  readonly podUid: string;
  readonly container: string;
  /** Key of the attempt, under which its events are signed. */
  readonly key: Uint8Array;
}

/** What a log said so far. */
export interface FollowedProgress {
  readonly progress: RunProgress;
  /** Nothing more will come: it was read to its end, or it is lost. */
  readonly isFinal: boolean;
}

/** A reading that takes longer makes room for the next: a node that does not answer must not keep others' logs waiting. */
const TURN_MS = 1000;

interface Following {
  readonly log: FollowedLog;
  /** How far the log was read while the container ran, and the line that was begun there. */
  readonly position: LogPosition;
  readonly lines: LineSplitter;
  progress: RunProgress;
  isFinal: boolean;
  /** The container has ended: what is read from now on is complete. */
  hasEnded: boolean;
  /** Ends the stream that is open. */
  interrupt: AbortController;
  /** Ends the wait for the next reading. */
  wake: AbortController;
  readonly stop: AbortController;
  isNoticePending: boolean;
  /** Last event of the last reading from beginning to end after the container's end. */
  readTo: number | undefined;
}

/**
 * Reads the runners' event streams from their containers' logs. A stream that breaks goes on where it broke; an operator that
 * starts again reads from the beginning. A log that has not told the verdict by its container's end is read once more as a
 * whole, within a time limit: the fold drops what it has seen. The termination message makes up for a log that is lost.
 */
export class LogFollower {
  readonly #options: Required<LogFollowerOptions>;
  /** By job: only its current attempt matters. */
  readonly #followings = new Map<string, Following>();
  readonly #reads: Turns;
  #streams = 0;
  #isStopped = false;

  constructor(options: LogFollowerOptions) {
    this.#options = {
      intervalMs: 1000,
      quietMs: 1000,
      maxReads: 32,
      maxStreams: 100,
      pollMs: 10_000,
      maxStreamMs: 600_000,
      patienceMs: 30_000,
      ...options,
    };
    this.#reads = new Turns(this.#options.maxReads, TURN_MS, options.clock);
  }

  /** Jobs whose attempt is followed or remembered. */
  get size(): number {
    return this.#followings.size;
  }

  /**
   * Follows the log of a job's current attempt, unless that is done already, and says what it said so far. The log of an
   * earlier attempt of the job is forgotten.
   * @param hasEnded whether the container has ended
   */
  follow(log: FollowedLog, hasEnded: boolean): FollowedProgress {
    let following = this.#followings.get(log.jobKey);
    if (following !== undefined && following.log.podUid !== log.podUid) {
      this.forget(log.jobKey);
      following = undefined;
    }
    if (following === undefined && !this.#isStopped) {
      following = {
        log,
        position: new LogPosition(),
        lines: new LineSplitter(),
        progress: emptyProgress(),
        isFinal: false,
        hasEnded,
        interrupt: new AbortController(),
        wake: new AbortController(),
        stop: new AbortController(),
        isNoticePending: false,
        readTo: undefined,
      };
      this.#followings.set(log.jobKey, following);
      if (hasEnded) this.#limit(following);
      void this.#read(following);
    } else if (following !== undefined && hasEnded && !following.hasEnded) {
      following.hasEnded = true;
      following.wake.abort();
      this.#limit(following);
    }
    return following ?? { progress: emptyProgress(), isFinal: false };
  }

  /** What the job's pod of that name, which is gone, has said, if it was followed; nothing more will come. */
  last(jobKey: string, podName: string): FollowedProgress | undefined {
    const following = this.#followings.get(jobKey);
    return following?.log.pod.name === podName ? { progress: following.progress, isFinal: true } : undefined;
  }

  /** Key of the job's attempt in that pod, if its log is followed. */
  keyOf(jobKey: string, podUid: string): Uint8Array | undefined {
    const log = this.#followings.get(jobKey)?.log;
    return log?.podUid === podUid ? log.key : undefined;
  }

  /** The job has no attempt under way. */
  forget(jobKey: string): void {
    const following = this.#followings.get(jobKey);
    this.#followings.delete(jobKey);
    following?.stop.abort(new Error("the log matters no more"));
    following?.interrupt.abort(new Error("the log matters no more"));
    following?.wake.abort();
  }

  /** Ends all streams. */
  stop(): void {
    this.#isStopped = true;
    for (const jobKey of [...this.#followings.keys()]) this.forget(jobKey);
  }

  async #read(following: Following): Promise<void> {
    const { random, logger, pollMs, quietMs } = this.#options;
    const backoff = new Backoff({ firstMs: 250, maxMs: 10_000 }, random);
    const isOver = (): boolean => following.stop.signal.aborted || following.isFinal;
    try {
      if (!following.hasEnded) await this.#pause(following, quietMs);
      while (!isOver()) {
        const hadEnded = following.hasEnded;
        const asStream = !hadEnded && this.#streams < this.#options.maxStreams;
        let wait = asStream || hadEnded ? 0 : pollMs;
        try {
          const read = async (): Promise<boolean> => !isOver() && this.#readOnce(following, asStream, hadEnded);
          const isWhole = await (asStream ? read() : this.#reads.take(read));
          const { verdict, lastSeq } = following.progress;
          if (verdict !== undefined) return this.#finish(following);
          if (isWhole) backoff.reset();
          if (hadEnded && isWhole) {
            // Without a verdict it may have been cut off with an end that looks proper: two readings have to agree.
            if (following.readTo === lastSeq) return this.#finish(following);
            following.readTo = lastSeq;
            wait = backoff.next();
          }
          // The server closed the stream: the container has ended, which the pod's status will soon say, or it was cut.
          if (asStream && !following.hasEnded) wait = backoff.next();
        } catch (error) {
          if (isOver()) return;
          if (isKubeError(error, "NotFound")) return this.#finish(following);
          logger.debug({ pod: following.log.pod, err: error }, "the log could not be read; it is tried again");
          wait = backoff.next(isKubeError(error) ? (error.retryAfterMs ?? 0) : 0);
        }
        if (wait > 0 && following.hasEnded === hadEnded && !isOver()) await this.#pause(following, wait);
      }
    } catch (error) {
      if (!following.stop.signal.aborted) logger.error({ err: error }, "following a log failed");
    }
  }

  /** Waits; when the container's end becomes known meanwhile, or the log matters no more, no longer. */
  async #pause(following: Following, ms: number): Promise<void> {
    following.wake = new AbortController();
    await this.#options.clock.sleep(ms, following.wake.signal).catch(() => undefined);
  }

  /**
   * @param whole read it from its beginning, as the last time must: it makes up for all that went wrong before
   * @returns whether the log was read to its present end, and not interrupted by us
   */
  async #readOnce(following: Following, asStream: boolean, whole: boolean): Promise<boolean> {
    const { cluster, clock, maxStreamMs } = this.#options;
    const interrupt = new AbortController();
    following.interrupt = interrupt;
    const closed = new AbortController();
    if (asStream) {
      void clock.sleep(maxStreamMs, closed.signal).then(
        () => interrupt.abort(new Error("the stream is old")),
        () => undefined,
      );
    }
    if (asStream) this.#streams += 1;
    try {
      const { pod, container, key } = following.log;
      const lines = whole ? new LineSplitter() : following.lines;
      const position = whole ? {} : { position: following.position };
      const options = { container, follow: asStream, signal: interrupt.signal, ...position };
      const take = (line: string): void => {
        const before = following.progress;
        following.progress = advance(before, key, line);
        if (following.progress.lastSeq !== before.lastSeq) this.#notify(following);
      };
      for await (const chunk of cluster.logs(pod, options)) {
        for (const line of lines.push(chunk)) take(line);
        if (following.progress.verdict !== undefined || following.stop.signal.aborted) return true;
      }
      const rest = whole ? lines.end() : undefined;
      if (rest !== undefined) take(rest);
      return !interrupt.signal.aborted;
    } catch (error) {
      if (interrupt.signal.aborted) return false;
      throw error;
    } finally {
      closed.abort();
      if (asStream) this.#streams -= 1;
    }
  }

  /** Gives an ended container's log a time limit: first an open stream is cut short, then the log counts as lost. */
  #limit(following: Following): void {
    const { clock, patienceMs } = this.#options;
    const { signal } = following.stop;
    const hurry = async (): Promise<void> => {
      await clock.sleep(patienceMs / 6, signal);
      if (!following.isFinal) following.interrupt.abort(new Error("the container has ended"));
      await clock.sleep(patienceMs, signal);
      if (following.isFinal) return;
      this.#finish(following);
      following.interrupt.abort(new Error("the log is lost"));
    };
    void hurry().catch(() => undefined);
  }

  #finish(following: Following): void {
    if (following.isFinal) return;
    following.isFinal = true;
    if (!following.stop.signal.aborted) this.#options.onProgress(following.log.jobKey, true);
  }

  /** Tells of news, but not more often than the interval allows. */
  #notify(following: Following): void {
    if (following.isNoticePending) return;
    following.isNoticePending = true;
    const { clock, intervalMs, onProgress } = this.#options;
    void clock.sleep(intervalMs, following.stop.signal).then(
      () => {
        following.isNoticePending = false;
        if (!following.isFinal) onProgress(following.log.jobKey, false);
      },
      () => undefined,
    );
  }
}
