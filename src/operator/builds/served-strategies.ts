import type { Logger } from "pino";
import type { ApiKind, BuildStrategy } from "../../build/index.js";
import { Backoff } from "../../kube/backoff.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster, GroupVersion, ServedResource } from "../../kube/cluster.js";
import { isKubeError } from "../../kube/kube-error.js";
import type { Random } from "../../kube/random.js";

export interface ServedStrategiesOptions {
  readonly cluster: Pick<Cluster, "discover">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Best first. */
  readonly strategies: readonly BuildStrategy[];
  /** Told when the answer is known, and when it has changed. */
  readonly onAnswer: () => void;
}

/** An answer is believed for so long where it matters that something is missing; milliseconds. */
const BELIEVED_MS = 30_000;
/** Tries until a group whose server does not answer counts as not served. */
const MAX_TRIES = 5;
const WAIT = { firstMs: 500, maxMs: 5_000 };

/**
 * Which strategies the cluster has the kinds for, as its discovery says. It is asked when somebody wants to know, and
 * again when a strategy is missed: what is installed later is found without a restart.
 */
export class ServedStrategies {
  readonly #options: ServedStrategiesOptions;
  readonly #stop = new AbortController();
  /** By `group/version`. */
  #answers: ReadonlyMap<string, readonly ServedResource[]> | undefined;
  /** By {@link Clock.elapsed}. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(options: ServedStrategiesOptions) {
    this.#options = options;
  }

  /** Strategies all of whose kinds are served, best first; `undefined` until the API server has answered. */
  look(): readonly BuildStrategy[] | undefined {
    const { strategies, clock } = this.#options;
    const served = this.#answers && strategies.filter((strategy) => this.#isServed(strategy));
    const isOld = clock.elapsed() - this.#askedAt >= BELIEVED_MS;
    if (isOld && (served === undefined || served.length < strategies.length)) this.refresh();
    return served;
  }

  /** Asks anew: something is not as it was known to be. */
  refresh(): void {
    if (this.#isAsking || this.#stop.signal.aborted || this.#options.strategies.length === 0) return;
    this.#isAsking = true;
    this.#askedAt = this.#options.clock.elapsed();
    void this.#ask()
      .then((answers) => {
        const before = this.#signature();
        this.#answers = answers;
        if (before !== this.#signature()) this.#options.onAnswer();
      })
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.logger.error({ err: error }, "discovery failed unexpectedly");
      })
      .finally(() => {
        this.#isAsking = false;
      });
  }

  stop(): void {
    this.#stop.abort(new Error("the operator stops"));
  }

  async #ask(): Promise<Map<string, readonly ServedResource[]>> {
    const kinds = this.#options.strategies.flatMap(({ needs, watches }) => [...needs, ...watches]);
    const apis = new Map(kinds.map(({ group, version }) => [idOf({ group, version }), { group, version }]));
    const answers = [...apis].map(async ([id, api]) => [id, await this.#resourcesOf(api)] as const);
    return new Map(await Promise.all(answers));
  }

  /** An aggregated API whose own server is away must not keep the others from being used. */
  async #resourcesOf(api: GroupVersion): Promise<readonly ServedResource[]> {
    const { cluster, clock, random, logger } = this.#options;
    const wait = new Backoff(WAIT, random);
    for (let tries = 1; ; tries += 1) {
      try {
        return await cluster.discover(api, this.#stop.signal);
      } catch (error) {
        if (!isKubeError(error) || this.#stop.signal.aborted) throw error;
        logger.warn({ api: idOf(api), err: error }, "the API server did not say what it serves");
        if (tries >= MAX_TRIES) return this.#answers?.get(idOf(api)) ?? [];
        await clock.sleep(wait.next(error.retryAfterMs ?? 0), this.#stop.signal);
      }
    }
  }

  #isServed({ needs, watches }: BuildStrategy): boolean {
    return [...needs, ...watches].every((kind) => this.#hasKind(kind));
  }

  #hasKind({ group, version, plural }: ApiKind): boolean {
    return this.#answers?.get(idOf({ group, version }))?.some((resource) => resource.plural === plural) ?? false;
  }

  #signature(): string | undefined {
    if (this.#answers === undefined) return undefined;
    return this.#options.strategies
      .filter((strategy) => this.#isServed(strategy))
      .map(({ name }) => name)
      .join();
  }
}

function idOf({ group, version }: GroupVersion): string {
  return `${group}/${version}`;
}
