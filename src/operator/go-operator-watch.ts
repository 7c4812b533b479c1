import type { Logger } from "pino";
import { fromRfc3339, GO_OPERATOR_LEASE_NAME } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { Informer } from "../kube/informer.js";
import { isKubeError } from "../kube/kube-error.js";
import { keyOf, keyText } from "../kube/object-key.js";
import type { Random } from "../kube/random.js";
import { LEASES, type Lease } from "../kube/resources.js";
import type { Rival } from "./rival.js";

export interface GoOperatorWatchOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Lease duration where a Lease names none: controller-runtime's. */
const DEFAULT_LEASE_SECONDS = 15;
/** A Lease whose last renewal is older than this is a remnant, whatever the clocks of two nodes say; milliseconds. */
const REMNANT_MS = 5 * 60_000;

/**
 * Whether the Go operator works on this cluster: its leader's Lease, in whatever namespace it runs, is being renewed.
 * Two operators would fight for every job.
 */
export class GoOperatorWatch implements Rival {
  readonly #options: GoOperatorWatchOptions;
  readonly #informer: Informer<Lease>;
  readonly #listeners: (() => void)[] = [];
  /** Leases that are believed to be alive: until when, by our clock. */
  readonly #alive = new Map<string, number>();
  readonly #stop = new AbortController();
  #isForbidden = false;

  constructor(options: GoOperatorWatchOptions) {
    this.#options = options;
    const { cluster, clock, random } = options;
    this.#informer = new Informer({
      cluster,
      clock,
      random,
      resource: LEASES,
      fieldSelector: `metadata.name=${GO_OPERATOR_LEASE_NAME}`,
      onError: (error) => this.#failed(error),
    });
    this.#informer.addHandler({
      added: (lease) => this.#seen(lease, this.#isRemnant(lease)),
      updated: (lease, old) => {
        if (lease.spec?.renewTime !== old.spec?.renewTime || lease.spec?.holderIdentity !== old.spec?.holderIdentity)
          this.#seen(lease, false);
      },
      deleted: (lease) => this.#gone(keyText(keyOf(lease))),
    });
  }

  get name(): string | undefined {
    const [place] = this.#alive.keys();
    return place === undefined ? undefined : `the Go operator (Lease ${place} is being renewed)`;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Begins to watch, until {@link stop}. Resolves when it is known whether there is one, or can't be known.
   * @throws the reason of `signal` when it aborts first
   */
  async start(signal: AbortSignal): Promise<void> {
    this.#informer.start();
    const forbidden = new AbortController();
    const either = AbortSignal.any([signal, forbidden.signal]);
    this.#whenForbidden = () => forbidden.abort();
    if (this.#isForbidden) forbidden.abort();
    try {
      await this.#informer.whenSynced(either);
    } catch (error) {
      signal.throwIfAborted();
      if (!forbidden.signal.aborted) throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#informer.stop();
  }

  #whenForbidden: () => void = () => undefined;

  #failed(error: unknown): void {
    const { logger } = this.#options;
    if (!isKubeError(error, "Forbidden")) {
      logger.debug({ err: error }, "watching for the Go operator is interrupted; it goes on by itself");
      return;
    }
    if (!this.#isForbidden) {
      logger.warn(
        { err: error },
        "the operator may not see whether the Go operator runs, and takes it that it does not",
      );
    }
    this.#isForbidden = true;
    this.#whenForbidden();
  }

  #isRemnant({ spec }: Lease): boolean {
    const renewedAt = fromRfc3339(spec?.renewTime);
    return renewedAt === undefined || this.#options.clock.now() - renewedAt > REMNANT_MS;
  }

  #seen(lease: Lease, isRemnant: boolean): void {
    const key = keyText(keyOf(lease));
    if (!lease.spec?.holderIdentity || isRemnant) return this.#gone(key);
    const { clock, logger } = this.#options;
    const lifeMs = (lease.spec.leaseDurationSeconds ?? DEFAULT_LEASE_SECONDS) * 1000;
    const until = clock.now() + lifeMs;
    const isNew = !this.#alive.has(key);
    this.#alive.set(key, until);
    if (isNew) {
      logger.warn({ lease: key, holder: lease.spec.holderIdentity }, "the Go operator is at work: jobs wait");
      for (const listener of this.#listeners) listener();
    }
    clock.sleep(lifeMs, this.#stop.signal).then(
      () => {
        if (this.#alive.get(key) === until) this.#gone(key);
      },
      () => undefined,
    );
  }

  #gone(key: string): void {
    if (!this.#alive.delete(key)) return;
    this.#options.logger.info({ lease: key }, "the Go operator has stopped: jobs go on");
    for (const listener of this.#listeners) listener();
  }
}
