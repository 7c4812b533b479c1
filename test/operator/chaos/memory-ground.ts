import { readFileSync } from "node:fs";
import type { WatchBreak } from "../../../src/kube/memory/watch-feed.js";
import { documents } from "../../charts/synthesized.js";
import { TestCluster } from "../kit/a-cluster.js";
import type { FakeOutside } from "../kit/fake-outside.js";
import { tektonCrds } from "../kit/fake-tekton.js";
import { Judge } from "../kit/judge.js";
import type { Ground, Pace } from "./ground.js";

/** Read and parsed once: thousands of worlds have them. */
const DEFINITIONS = {
  tekton: tektonCrds(),
  openshift: documents(readFileSync("test/fixtures/crds/builders/openshift-build.yaml", "utf8")),
};

/** The embedded API server, whose clock stands still until it is told to move. Every single write is judged. */
export class MemoryGround extends TestCluster implements Ground {
  readonly namespace = "team-a";
  readonly pace: Pace = {
    roundMs: 1_000,
    quietRoundMs: 15_000,
    afterwardsMs: 15 * 60_000,
    afterwards: 3,
    faultMs: 20_000,
    faultTimes: 2,
  };
  readonly judge: Judge;

  /** @param builders that are installed */
  constructor(builders: readonly (keyof typeof DEFINITIONS)[], outside: FakeOutside) {
    const crds = builders.flatMap((builder) => DEFINITIONS[builder]);
    super({ crds, intercept: (call, proceed) => this.judge.intercept(call, proceed) });
    this.judge = new Judge(
      () => this,
      () => [...outside.images.keys()],
    );
  }

  async version(): Promise<string> {
    return this.cluster.resourceVersion;
  }

  breakWatches(how: WatchBreak): void {
    this.cluster.breakWatches(how);
  }

  async compact(): Promise<void> {
    this.cluster.compact();
  }

  async leave(): Promise<void> {
    // Requests that are on their way arrive.
    await this.pass(this.pace.afterwardsMs);
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left behind`);
  }
}
