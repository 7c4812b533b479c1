import type { Clock } from "../../../src/kube/clock.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import type { ApiCall } from "../../../src/kube/memory/index.js";
import type { Gate, WatchSpoiler } from "../kit/gated-cluster.js";

/** One call that a process makes to the world outside itself. */
export interface Call {
  /** `create pods`, `watch notebookvalidationjobs`, `git resolve`, `registry tag`. */
  readonly what: string;
  /** Whether it may change the world. */
  readonly isWrite: boolean;
}

/** When and how a process dies. */
export interface Death {
  /** At which of its calls, counted from 0. */
  readonly at: number;
  /**
   * `unasked`: before the call leaves the process. `unanswered`: the call is done, and its answer finds nobody. `late`: the
   * call is on its way, and is carried out when another process has long begun.
   */
  readonly how: "unasked" | "unanswered" | "late";
}

/** Who sees what the world does of all that is asked of it. */
export interface Witness {
  /** A call was carried out. */
  done(call: Call, result: unknown): void;
  /** A call of a dead process is carried out now. */
  late(call: Call, work: () => Promise<unknown>): Promise<unknown>;
}

/** What else may go wrong with a call. */
export type Spoiler = <R>(call: Call, proceed: () => Promise<R>) => Promise<R>;

/** How long a late call is on its way, in milliseconds: its successor has written by then. */
const LATE_MS = 5_000;

const READS: readonly ApiCall["verb"][] = ["get", "list", "watch", "logs", "discover"];

/** One life of an operator process: every call that it makes goes through here, and none once it is dead. */
export class Life {
  /** What it has called, in order. */
  readonly calls: Call[] = [];
  readonly #clock: Clock;
  readonly #death: Death | undefined;
  readonly #spoil: Spoiler;
  readonly #witness: Witness;
  #isDead = false;

  readonly #spoilWatch: WatchSpoiler;

  constructor(
    clock: Clock,
    witness: Witness,
    death?: Death,
    spoil: Spoiler = (_, proceed) => proceed(),
    spoilWatch: WatchSpoiler = (_, events) => events,
  ) {
    this.#clock = clock;
    this.#witness = witness;
    this.#death = death;
    this.#spoil = spoil;
    this.#spoilWatch = spoilWatch;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Nothing that it asks from now on leaves it. */
  kill(): void {
    this.#isDead = true;
  }

  /** The door to the API server. */
  readonly gate: Gate = ({ verb, resource: { plural } }, proceed) =>
    this.call({ what: plural === "" ? verb : `${verb} ${plural}`, isWrite: !READS.includes(verb) }, proceed);

  /** Watches end with the process. */
  readonly watches: WatchSpoiler = (resource, events) => this.#untilDeath(this.#spoilWatch(resource, events));

  /** The door to everything else. */
  async call<R>(call: Call, proceed: () => Promise<R>): Promise<R> {
    this.#assertAlive();
    const number = this.calls.push(call) - 1;
    const done = async (): Promise<R> => {
      const result = await proceed();
      this.#witness.done(call, result);
      return result;
    };
    if (number !== this.#death?.at) {
      const result = await this.#spoil(call, done);
      this.#assertAlive();
      return result;
    }
    this.#isDead = true;
    if (this.#death.how === "unanswered") await done().catch(() => undefined);
    if (this.#death.how === "late")
      void this.#clock
        .sleep(LATE_MS)
        .then(() => this.#witness.late(call, proceed))
        .catch(() => undefined);
    throw dead();
  }

  async *#untilDeath<T>(events: AsyncIterable<T>): AsyncIterable<T> {
    for await (const event of events) {
      this.#assertAlive();
      yield event;
    }
  }

  #assertAlive(): void {
    if (this.#isDead) throw dead();
  }
}

function dead(): KubeError {
  return new KubeError({ reason: "ConnectionFailed", message: "the process is dead" });
}
