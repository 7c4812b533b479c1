import { SteppingClock } from "../../kube/kit/stepping-clock.js";
import type { WatchSpoiler } from "../kit/gated-cluster.js";
import type { ChaosWorld, LifeOptions } from "./chaos-world.js";
import type { During, Fault } from "./faults.js";
import type { Spoiler } from "./life.js";

/** One fault that begins in a world at a moment that somebody chooses. */
export class Injection {
  readonly options: LifeOptions;
  readonly #fault: Fault;
  readonly #world: ChaosWorld;
  readonly #clock: SteppingClock;
  readonly #times = new Map<string, number>();
  #beganAt: number | undefined;
  #begun: Promise<void> | void = undefined;

  constructor(fault: Fault, world: ChaosWorld) {
    this.#fault = fault;
    this.#world = world;
    this.#clock = new SteppingClock(world.test.clock);
    this.options = { spoil: this.#spoil, spoilWatch: this.#spoilWatch, clock: this.#clock };
  }

  get #during(): During {
    const { clock, pace } = this.#world.test;
    const { faultMs: ms, faultTimes: times } = pace;
    return { ms, times, clock, isOver: () => this.#beganAt === undefined || clock.now() >= this.#beganAt + ms };
  }

  get hasBegun(): boolean {
    return this.#beganAt !== undefined;
  }

  /** From now on; may be called in the middle of a call. */
  begin(): void {
    if (this.hasBegun) return;
    this.#beganAt = this.#world.test.clock.now();
    this.#clock.stepMs = this.#fault.clockStepMs ?? 0;
    this.#begun = this.#fault.begin?.(this.#world);
  }

  /** What it began with is done. */
  async settled(): Promise<void> {
    await this.#begun;
  }

  readonly #spoil: Spoiler = async (call, proceed) => {
    if (this.#beganAt === undefined || /^(git|registry) /.test(call.what)) return proceed();
    const times = this.#times.get(call.what) ?? 0;
    this.#times.set(call.what, times + 1);
    if (this.#fault.touches?.(call, times, this.#during) === true) await this.#world.touch();
    const spoiled = this.#fault.call?.(call, times, this.#during);
    if (spoiled === undefined) return proceed();
    if (spoiled.isDone) await proceed();
    throw spoiled.error;
  };

  readonly #spoilWatch: WatchSpoiler = (_resource, events) => this.#fault.events?.(events, this.#during) ?? events;
}
