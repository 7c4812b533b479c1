import { Controller } from "./controller.js";
import type { OperatorOptions } from "./operator-options.js";

/**
 * The operator as a value: give it a cluster, a clock and a way to ask Git, and it brings every
 * NotebookValidationJob of its namespaces to its end. It keeps nothing that it can't find again in the cluster, so it
 * may be stopped at any moment and started anew elsewhere. Runs on a real cluster and on the embedded one alike.
 */
export class Operator {
  readonly #controller: Controller;

  constructor(options: OperatorOptions) {
    this.#controller = new Controller(options);
  }

  /** Whether the caches are filled and jobs are being worked on. */
  get isReady(): boolean {
    return this.#controller.isReady;
  }

  /** How long the reconcile that takes longest has taken by now, in milliseconds: minutes mean that it hangs. */
  get longestReconcileMs(): number {
    return this.#controller.longestReconcileMs;
  }

  /** Brings the gauges up to date that follow from its caches: for the moment before metrics are read. */
  refreshGauges(): void {
    this.#controller.refreshGauges();
  }

  /**
   * Works until `signal` aborts, then finishes what is under way and resolves, within 10 seconds at most.
   * May be called once.
   */
  run(signal: AbortSignal): Promise<void> {
    return this.#controller.run(signal);
  }
}
