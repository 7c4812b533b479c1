import { equalJson, freezeJson } from "../../../src/kube/json.js";
import { isTerminal } from "../../../src/operator/decide/job.js";
import { isLive } from "../../../src/operator/decide/pods.js";
import { aJob } from "../kit/a-job.js";
import { statusOf, Violation } from "./invariants.js";
import { replaceJob } from "./model-cluster.js";
import { movesFrom, take } from "./moves.js";
import { objectsOf } from "./operator-step.js";
import type { Budget, ModelState } from "./state.js";

/** A job that was just submitted. */
export function initialState(budget: Budget): ModelState {
  const job = freezeJson(aJob().meta({ uid: "job-uid", generation: 1, resourceVersion: "1" }).build());
  return {
    now: Date.UTC(2026, 0, 1),
    version: 1,
    nextUid: 1,
    job,
    pods: {},
    secrets: {},
    cache: { job, pods: {} },
    memory: { isDirty: true, wakeAt: undefined, question: undefined },
    budget,
    truth: { passed: [] },
  };
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Depth to which every interleaving was followed. */
  readonly depth: number;
}

interface Node {
  readonly state: ModelState;
  readonly parent: Node | undefined;
  readonly move: string;
}

/** Follows every interleaving to `depth` moves, each state once, and proves from each that the job still gets to its end. */
export async function explore(budget: Budget, depth: number): Promise<Exploration> {
  const ends = new Benign();
  const seen = new Set<string>();
  let frontier: Node[] = [{ state: initialState(budget), parent: undefined, move: "the job is submitted" }];
  let transitions = 0;
  for (let level = 0; level < depth && frontier.length > 0; level++) {
    const next: Node[] = [];
    for (const node of frontier) {
      for (const move of await movesFrom(node.state)) {
        transitions += 1;
        const child = { parent: node, move: move.name };
        const state = await told(child, () => take(node.state, move));
        const key = keyOfState(state);
        if (seen.has(key)) continue;
        seen.add(key);
        const reached = { state, ...child };
        await told(reached, () => ends.prove(state));
        next.push(reached);
      }
    }
    frontier = next;
    if (process.env["NBV_EXPLORE_LOG"]) process.stderr.write(`level ${level + 1}: ${seen.size} states, ${transitions} transitions, ${performance.now() | 0}\n`);
  }
  return { states: seen.size, transitions, depth };
}

/** Runs `work`; what goes wrong is told with the way there. */
export async function told<T>(node: { parent: Node | undefined; move: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const way: string[] = [node.move];
    for (let at = node.parent; at !== undefined; at = at.parent) way.unshift(at.move);
    const told = error instanceof Violation ? error.message : String((error as Error).stack);
    throw new Violation(`${told}\nafter:\n${way.map((step) => `  - ${step}`).join("\n")}`);
  }
}

/** Proof that a state comes to its end when nothing bad happens any more. States that were proven are remembered. */
export class Benign {
  readonly #proven = new Set<string>();
  readonly #maxMoves = 120;

  async prove(from: ModelState): Promise<void> {
    const way: string[] = [];
    let state: ModelState = { ...from, budget: { total: 0, user: 0, operator: 0, platform: 0 } };
    for (let moves = 0; moves < this.#maxMoves; moves++) {
      const key = keyOfState(state);
      if (this.#proven.has(key) || (await this.#isAtItsEnd(state))) {
        for (const step of way) this.#proven.add(step);
        this.#proven.add(key);
        return;
      }
      way.push(key);
      state = await this.#next(state);
    }
    throw new Violation(`the job never comes to an end; it stays ${statusOf(state).phase}: ${statusOf(state).message}`);
  }

  async #next(state: ModelState): Promise<ModelState> {
    const { job } = state;
    if ((job?.spec as { suspend?: boolean } | undefined)?.suspend === true && !state.memory.isDirty) {
      return replaceJob(state, (held) => {
        const spec = { ...(held.spec as object), suspend: false };
        return { ...held, spec, metadata: { ...held.metadata, generation: (held.metadata.generation ?? 0) + 1 } };
      });
    }
    const moves = await movesFrom(state);
    const order = ["watch delivers", "reconcile", "Git answers", "is read", "starts", "is gone", "passes", "time passes"];
    for (const words of order) {
      const move = moves.find(({ name }) => name.includes(words) && !name.includes("makes"));
      if (move !== undefined) return take(state, move);
    }
    throw new Violation(`nothing is left to happen, but the job is ${statusOf(state).phase}: ${statusOf(state).message}`);
  }

  /** Finished, with everything delivered and nothing more to do: a further reconcile must write nothing. */
  async #isAtItsEnd(state: ModelState): Promise<boolean> {
    const { job, cache, memory, pods } = state;
    const isDelivered = equalJson(cache.job ?? null, job ?? null) && equalJson(cache.pods, objectsOf(state));
    if (!isDelivered || memory.isDirty) return false;
    if (job === undefined) return true;
    const status = statusOf(state);
    if (!isTerminal(status.phase) || status.observedGeneration !== job.metadata.generation) return false;
    if (Object.values(pods).some(({ object }) => isLive(object, state.now))) return false;
    const again = await take(state, { name: "again", go: async (from) => (await import("./operator-step.js")).reconcile(from, () => undefined).then(({ writes, state: after }) => {
      if (writes > 0) throw new Violation(`a finished job is written again: ${writes} times`);
      return after;
    }) });
    void again;
    return true;
  }
}

/** What tells states apart: everything but counters that only name versions. */
export function keyOfState(state: ModelState): string {
  const { version: _version, nextUid: _nextUid, ...rest } = state;
  return JSON.stringify(rest, (name, value: unknown) => (name === "resourceVersion" || name === "managedFields" ? undefined : value));
}
