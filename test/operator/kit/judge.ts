import type { ApiCall, Interceptor } from "../../../src/kube/memory/index.js";
import { NOTEBOOK_VALIDATION_JOBS, PODS } from "../../../src/kube/resources.js";
import { checkPods, checkWrite } from "../model/invariants.js";
import type { ModelPod, ModelState } from "../model/state.js";
import type { TestCluster } from "./a-cluster.js";

const WRITES: readonly ApiCall["verb"][] = ["create", "replace", "apply", "patch", "patchStatus", "delete"];
const JUDGED = [PODS.plural, NOTEBOOK_VALIDATION_JOBS.plural];

/** Judges every single write to a cluster with one job by the laws of `model/invariants.ts`, whoever writes. */
export class Judge {
  /** The first law that was broken. */
  violation: Error | undefined;
  /** Pods whose runner really said that the notebook passed. */
  readonly passed: string[] = [];
  readonly #world: () => TestCluster;
  readonly #pushed: () => readonly string[];
  #before: ModelState | undefined;
  #isLate = false;

  /** @param pushed images that builds really pushed, by digest. @default none */
  constructor(world: () => TestCluster, pushed: () => readonly string[] = () => []) {
    this.#world = world;
    this.#pushed = pushed;
  }

  /** For the cluster's `intercept`. */
  readonly intercept: Interceptor = async (call, proceed) => {
    const result = await proceed();
    if (WRITES.includes(call.verb) && JUDGED.includes(call.resource.plural)) await this.#judge();
    return result;
  };

  /** A request that was on its way for long is carried out: nobody could know of it, but two live pods there must not be. */
  async late<R>(work: () => Promise<R>): Promise<R> {
    this.#isLate = true;
    try {
      return await work();
    } finally {
      this.#isLate = false;
    }
  }

  /** @throws what broke a law */
  assertInnocent(): void {
    if (this.violation !== undefined) throw this.violation;
  }

  async #judge(): Promise<void> {
    const { cluster, clock } = this.#world();
    const { items } = await cluster.list(PODS);
    const job = (await cluster.list(NOTEBOOK_VALIDATION_JOBS)).items[0];
    const pods = Object.fromEntries(items.map((object) => [object.metadata.name, { object } as ModelPod]));
    const after = {
      now: clock.now(),
      job,
      pods,
      builds: {},
      truth: { passed: this.passed, pushed: this.#pushed() },
    } as unknown as ModelState;
    const before = this.#before ?? after;
    this.#before = after;
    try {
      if (this.#isLate) checkPods(after);
      else checkWrite(before, after);
    } catch (error) {
      this.violation ??= error as Error;
    }
  }
}
