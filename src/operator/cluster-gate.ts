import type { Logger } from "pino";
import { GROUP, PLURAL } from "../api/index.js";
import { Backoff } from "../kube/backoff.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { within } from "../kube/deadline.js";
import { isKubeError } from "../kube/kube-error.js";
import type { Random } from "../kube/random.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../kube/resources.js";

export interface ClusterGateOptions {
  readonly cluster: Pick<Cluster, "list">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Namespaces to serve; absent = all. */
  readonly namespaces?: readonly string[];
  /** Host and port of the API server, to be named when it does not answer. */
  readonly apiServer?: string;
}

/** One question to the API server, milliseconds. */
const ASK_MS = 15_000;
/** Waits between questions, milliseconds. */
const WAIT = { firstMs: 500, maxMs: 15_000 };

/**
 * Waits until the API server answers and serves NotebookValidationJobs, and says in the log what is missing.
 * An operator may well be started before its cluster is complete.
 */
export class ClusterGate {
  readonly #options: ClusterGateOptions;
  #obstacle: string | undefined = "not asked yet";

  constructor(options: ClusterGateOptions) {
    this.#options = options;
  }

  /** What is missing; `undefined` when nothing is. */
  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  /** @throws the reason of `signal` when it aborts first */
  async pass(signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.#options;
    const wait = new Backoff(WAIT, random);
    for (;;) {
      signal.throwIfAborted();
      const obstacle = await this.#ask(signal);
      signal.throwIfAborted();
      if (obstacle !== undefined && obstacle.what !== this.#obstacle) {
        logger.warn({ err: obstacle.error }, `${obstacle.what}; waiting`);
      }
      this.#obstacle = obstacle?.what;
      if (obstacle === undefined) return;
      await clock.sleep(wait.next(), signal);
    }
  }

  async #ask(signal: AbortSignal): Promise<{ readonly what: string; readonly error: unknown } | undefined> {
    const { cluster, clock, namespaces, apiServer } = this.#options;
    const [namespace] = namespaces ?? [];
    try {
      await within(clock, ASK_MS, signal, (limited) =>
        cluster.list(NOTEBOOK_VALIDATION_JOBS, {
          limit: 1,
          signal: limited,
          ...(namespace === undefined ? {} : { namespace }),
        }),
      );
      return undefined;
    } catch (error) {
      return { what: obstacleOf(error, apiServer), error };
    }
  }
}

function obstacleOf(error: unknown, apiServer: string | undefined): string {
  if (isKubeError(error, "NotFound")) {
    return `the API server does not serve NotebookValidationJobs: apply the CustomResourceDefinition ${PLURAL}.${GROUP} first (nbv crd | kubectl apply --server-side -f -)`;
  }
  if (isKubeError(error, "Forbidden")) return "the operator may not list NotebookValidationJobs: apply its roles";
  if (isKubeError(error, "Unauthorized")) return "the API server does not accept the operator's credentials";
  return apiServer === undefined
    ? "the API server does not answer"
    : `the API server ${apiServer} does not answer: check that address, and network policies and proxies on the way`;
}
