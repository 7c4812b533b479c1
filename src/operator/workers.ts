import type { Logger } from "pino";
import type { Clock } from "../kube/clock.js";
import { isKubeError } from "../kube/kube-error.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import type { ReconcileResult } from "./reconciler.js";
import type { WorkQueue } from "./work-queue.js";

export interface WorkersOptions {
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: OperatorMetrics;
  readonly reconcile: (key: string) => Promise<ReconcileResult>;
  readonly priorityOf: (key: string) => number;
  /** Told after every reconcile, however it ended. */
  readonly onDone: () => void;
}

/** Before a call that the operator may not make is made again; milliseconds. */
const FORBIDDEN_MS = 30_000;

/** Take keys from the queue, have them reconciled, and bring them back when they want to be looked at again. */
export class Workers {
  readonly #options: WorkersOptions;
  /** Keys that workers have, since when by {@link Clock.elapsed}: the longest first. */
  readonly #takenAt = new Map<string, number>();

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** How long the reconcile that takes longest has taken by now, in milliseconds. */
  get longestMs(): number {
    const [since] = this.#takenAt.values();
    return since === undefined ? 0 : this.#options.clock.elapsed() - since;
  }

  /** Begins `count` workers; they end when the queue is closed. */
  start(count: number): void {
    for (let worker = 0; worker < count; worker++) void this.#work();
  }

  async #work(): Promise<void> {
    const { queue, clock } = this.#options;
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      this.#takenAt.set(key, clock.elapsed());
      await this.#reconcile(key);
      this.#takenAt.delete(key);
      queue.done(key);
    }
  }

  async #reconcile(key: string): Promise<void> {
    const { queue, clock, metrics, reconcile, priorityOf, onDone } = this.#options;
    const startedAt = clock.elapsed();
    let result: "success" | "requeue" | "error" = "success";
    try {
      const { requeueAfterMs } = await reconcile(key);
      queue.forget(key);
      if (requeueAfterMs !== undefined) {
        result = "requeue";
        queue.addAfter(key, requeueAfterMs, { priority: priorityOf(key) });
      }
    } catch (error) {
      result = "error";
      this.#failed(key, error);
    }
    metrics.observe("reconcileDuration", { result }, (clock.elapsed() - startedAt) / 1000);
    onDone();
  }

  #failed(key: string, error: unknown): void {
    const { queue, logger, metrics, priorityOf } = this.#options;
    const priority = priorityOf(key);
    if (isKubeError(error, "Forbidden", "Unauthorized")) {
      const delayMs = queue.addAfterFailure(key, 0, { priority, baseDelayMs: FORBIDDEN_MS });
      logger.error(
        { job: key, err: error, delayMs: Math.round(delayMs) },
        "the operator may not do what the job needs; it tries again slowly",
      );
    } else {
      const delayMs = queue.addAfterFailure(key, isKubeError(error) ? error.retryAfterMs : 0, { priority });
      const level = isKubeError(error) ? "warn" : "error";
      logger[level]({ job: key, err: error, delayMs: Math.round(delayMs) }, "a reconcile failed; it is tried again");
    }
    metrics.count("reconcileErrors", { kind: isKubeError(error) ? "api" : "internal" });
  }
}
