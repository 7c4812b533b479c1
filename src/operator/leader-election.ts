import type { Logger } from "pino";
import { type Instant, LEASE_NAME } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { within } from "../kube/deadline.js";
import { isKubeError, KubeError } from "../kube/kube-error.js";
import type { Random } from "../kube/random.js";
import { LEASES, type Lease, objectOf } from "../kube/resources.js";

/** Times of an election, in milliseconds. */
export interface LeaderElectionTimes {
  /** Who has not been seen renewing for so long may be replaced. @default 15000 */
  readonly leaseMs: number;
  /** Who could not renew for so long gives up. Shorter than `leaseMs`, so that there are never two. @default 10000 */
  readonly renewMs: number;
  /** Between two tries; spread over 100 % to 120 %. @default 2000 */
  readonly retryMs: number;
}

export interface LeaderElectionOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "replace">;
  /** Its date stands in the Lease for people; nobody decides by it. */
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Namespace of the Lease. */
  readonly namespace: string;
  /** @default LEASE_NAME */
  readonly name?: string;
  /** This candidate, different from all others that ever were. */
  readonly identity: string;
  readonly times?: Partial<LeaderElectionTimes>;
}

/** How holding the Lease ended. */
export type HoldEnd = "released" | "lost";

const DEFAULTS: LeaderElectionTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };
/** Longest wait for one answer, milliseconds. */
const CALL_MS = 5_000;
/** Longest time for letting go, milliseconds. */
const RELEASE_MS = 1_000;

/** What the Lease said, and when we saw it change last. */
interface Seen {
  readonly lease: Lease;
  /** By {@link Clock.elapsed}. */
  readonly since: number;
}

/**
 * One candidate for a Lease, by the rules of client-go's `leaderelection`: who holds it renews it; who does not waits
 * until it has not changed for its duration, measured by the own clock since it was seen to change, so that clocks may
 * differ. All writes carry the version that was read: of two that reach for it, one gets it.
 *
 * A leader counts its time from the moment it *began* the last renewal that was answered: others count from a later one.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #times: LeaderElectionTimes;
  #seen: Seen | undefined;
  /** When the last successful call was begun, while the Lease is ours. */
  #heldSince: number | undefined;
  /** Number of the try under way: what an older one still learns is out of date. */
  #turn = 0;

  /** @throws RangeError when the times could make two leaders */
  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#times = { ...DEFAULTS, ...options.times };
    const { leaseMs, renewMs, retryMs } = this.#times;
    if (leaseMs <= renewMs || renewMs <= retryMs * 1.2 || retryMs <= 0 || leaseMs % 1000 !== 0) {
      throw new RangeError("an election needs leaseMs > renewMs > 1.2 × retryMs > 0, leaseMs in whole seconds");
    }
  }

  /** Whether the Lease is ours, as far as we may still believe it. */
  get isLeader(): boolean {
    return this.#leftMs() > 0;
  }

  /** Who holds the Lease, as it was seen last; empty = nobody. */
  get holder(): string {
    return this.#seen?.lease.spec?.holderIdentity ?? "";
  }

  /** How long ago the last renewal that succeeded was begun, milliseconds; `undefined` while the Lease is not ours. */
  get renewalAgeMs(): number | undefined {
    return this.#heldSince === undefined ? undefined : this.#options.clock.elapsed() - this.#heldSince;
  }

  /** Waits until the Lease is ours. @throws the reason of `signal` when it aborts first */
  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, logger, identity } = this.#options;
    let told: string | undefined;
    for (;;) {
      signal.throwIfAborted();
      const failure = await this.#try(CALL_MS, signal);
      if (this.isLeader) {
        logger.info({ identity }, "this replica is the leader now");
        return;
      }
      this.#heldSince = undefined;
      signal.throwIfAborted();
      const state = failure === undefined ? this.holder : String((failure as Error).message);
      if (state !== told) this.#tell(failure);
      told = state;
      await clock.sleep(this.#pause(), signal);
    }
  }

  /** Keeps the Lease until `signal` aborts, or until it could not be renewed for too long. */
  async hold(signal: AbortSignal): Promise<HoldEnd> {
    const { clock, logger, identity } = this.#options;
    let pause = this.#pause();
    while (!signal.aborted) {
      const leftMs = this.#leftMs();
      if (leftMs <= 0) return this.#lost();
      await clock.sleep(Math.min(pause, leftMs), signal).catch(() => undefined);
      if (signal.aborted) break;
      const begun = this.#leftMs();
      if (begun <= 0) return this.#lost();
      const failure = await this.#try(Math.min(CALL_MS, begun), signal);
      if (this.#heldSince === undefined) return this.#lost();
      if (failure !== undefined && !signal.aborted) {
        logger.warn({ err: failure, identity }, "the lease could not be renewed; trying again");
      }
      pause = this.#pause();
    }
    return "released";
  }

  /** Lets go of the Lease, so that the next one need not wait for its end. Never rejects; takes 1 s at most. */
  async release(): Promise<void> {
    const { clock, logger, identity } = this.#options;
    if (this.#heldSince === undefined) return;
    this.#heldSince = undefined;
    const turn = ++this.#turn;
    try {
      await within(clock, RELEASE_MS, undefined, async (limited) => {
        for (let lease = this.#seen?.lease; !limited.aborted; lease = await this.#read(turn)) {
          if (lease === undefined || (lease.spec?.holderIdentity ?? "") !== identity) return;
          try {
            await this.#options.cluster.replace(LEASES, this.#released(lease));
            return;
          } catch (error) {
            // A renewal whose answer was lost may have changed it meanwhile.
            if (!isKubeError(error, "Conflict")) throw error;
          }
        }
      });
      logger.info({ identity }, "the lease is released");
    } catch (error) {
      logger.warn({ err: error, identity }, "the lease could not be released; it ends by itself");
    }
  }

  /** @returns why there was no usable answer; `undefined` when there was one, whatever it said */
  async #try(ms: number, signal: AbortSignal): Promise<unknown> {
    try {
      const turn = ++this.#turn;
      await within(this.#options.clock, ms, signal, () => this.#acquireOrRenew(turn));
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #acquireOrRenew(turn: number): Promise<void> {
    const begun = this.#options.clock.elapsed();
    const { cluster } = this.#options;
    if (this.#heldSince !== undefined && this.#seen !== undefined) {
      try {
        return this.#got(await cluster.replace(LEASES, this.#mine(this.#seen.lease)), begun, turn);
      } catch (error) {
        if (!isKubeError(error, "Conflict", "NotFound")) throw error;
        this.#stopIfLate(turn);
        // Changed meanwhile, perhaps by ourselves: an answer may have been lost.
      }
    }
    const lease = await this.#read(turn);
    if (lease === undefined) return this.#got(await cluster.create(LEASES, this.#mine(undefined)), begun, turn);
    if (this.#isAnothers(lease)) {
      // Somebody took it, whom we did not see waiting: a person may have had a hand in it.
      this.#heldSince = undefined;
      return;
    }
    this.#got(await cluster.replace(LEASES, this.#mine(lease)), begun, turn);
  }

  /** The Lease as it is now; `undefined` when there is none. */
  async #read(turn: number): Promise<Lease | undefined> {
    const { cluster, namespace } = this.#options;
    try {
      const lease = await cluster.get(LEASES, { namespace, name: this.#name });
      this.#stopIfLate(turn);
      const isNew = this.#seen?.lease.metadata.resourceVersion !== lease.metadata.resourceVersion;
      if (isNew) this.#seen = { lease, since: this.#options.clock.elapsed() };
      return lease;
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
      this.#stopIfLate(turn);
      return undefined;
    }
  }

  /**
   * A try that nobody waits for any more must not go on: it would weigh a new Lease by an old look at it.
   * @throws KubeError
   */
  #stopIfLate(turn: number): void {
    if (turn !== this.#turn) throw new KubeError({ reason: "Aborted", message: "the try was given up" });
  }

  /** Whether somebody else holds it, and may still believe so. */
  #isAnothers(lease: Lease): boolean {
    const { holderIdentity: holder = "", leaseDurationSeconds = 0 } = lease.spec ?? {};
    if (holder === "" || holder === this.#options.identity) return false;
    if (this.#heldSince !== undefined || this.#seen === undefined) return true;
    // By what its holder promised: another version may have other times.
    const ageMs = this.#options.clock.elapsed() - this.#seen.since;
    return ageMs < Math.max(leaseDurationSeconds * 1000, this.#times.leaseMs);
  }

  /** The Lease is ours since `begun`. */
  #got(lease: Lease, begun: number, turn: number): void {
    if (turn !== this.#turn) return;
    this.#seen = { lease, since: this.#options.clock.elapsed() };
    this.#heldSince = begun;
  }

  #lost(): HoldEnd {
    this.#turn++;
    this.#heldSince = undefined;
    const { logger, identity } = this.#options;
    logger.error({ identity, holder: this.holder }, "the lease is lost: another replica may lead by now");
    return "lost";
  }

  #leftMs(): number {
    return this.#times.renewMs - (this.renewalAgeMs ?? Number.POSITIVE_INFINITY);
  }

  #pause(): number {
    return this.#times.retryMs * (1 + 0.2 * this.#options.random());
  }

  get #name(): string {
    return this.#options.name ?? LEASE_NAME;
  }

  #mine(before: Lease | undefined): Lease {
    const { clock, identity, namespace } = this.#options;
    const now = microTime(clock.now());
    const isRenewal = before?.spec?.holderIdentity === identity;
    const transitions = before?.spec?.leaseTransitions ?? 0;
    const draft = before ?? { metadata: { name: this.#name, namespace } };
    return objectOf(LEASES, {
      ...draft,
      ...{
        spec: {
          ...before?.spec,
          holderIdentity: identity,
          leaseDurationSeconds: this.#times.leaseMs / 1000,
          acquireTime: isRenewal ? (before?.spec?.acquireTime ?? now) : now,
          renewTime: now,
          leaseTransitions: before === undefined || isRenewal ? transitions : following(transitions),
        },
      },
    });
  }

  #released(lease: Lease): Lease {
    const now = microTime(this.#options.clock.now());
    return {
      ...lease,
      spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: now, acquireTime: now },
    };
  }

  #tell(failure: unknown): void {
    const { logger, namespace } = this.#options;
    const lease = `${namespace}/${this.#name}`;
    if (failure === undefined) logger.info({ lease, holder: this.holder }, "another replica leads; standing by");
    else logger.warn({ err: failure, lease }, "the lease cannot be had; trying again");
  }
}

/** Kubernetes' `MicroTime`: exactly six digits of a second. */
function microTime(at: Instant): string {
  return new Date(at).toISOString().replace("Z", "000Z");
}

/** The next count of transitions. The API server refuses what is more than an int32. */
function following(transitions: number): number {
  return transitions >= 2 ** 31 - 1 ? 0 : transitions + 1;
}
