import { createHash } from "node:crypto";
import { equalJson, freezeJson } from "../../../src/kube/json.js";
import { isTerminal } from "../../../src/operator/decide/job.js";
import { isLive } from "../../../src/operator/decide/pods.js";
import { aJob } from "../kit/a-job.js";
import { isOver, statusOf, Violation } from "./invariants.js";
import { replaceJob } from "./model-cluster.js";
import { movesFrom, take } from "./moves.js";
import { newMemory, objectsOf, reconcile } from "./operator-step.js";
import type { Budget, ModelState } from "./state.js";

/** A job that was just submitted. */
export function initialState(budget: Budget, draft: ReturnType<typeof aJob> = aJob()): ModelState {
  const job = freezeJson(draft.meta({ uid: "job-uid", generation: 1, resourceVersion: "1" }).build());
  const now = Date.UTC(2026, 0, 1);
  return {
    now,
    version: 1,
    nextUid: 1,
    job,
    pods: {},
    builds: {},
    inFlight: [],
    cache: { job, pods: {}, builds: {} },
    // A process that has run for long: what one before it left behind is no story of this job's.
    memory: newMemory(now - 3_600_000),
    budget,
    truth: { passed: [], validated: [], pushed: [], tag: undefined },
  };
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Moves of the longest way that led to a new state. */
  readonly depth: number;
}

export interface Node {
  readonly state: ModelState;
  readonly parent: Node | undefined;
  readonly move: string;
}

/** The states of a run in which nothing bad happens, from the submission to the end, with `budget` to spend from there on. */
export async function statesOfGoodRun(budget: Budget, draft: ReturnType<typeof aJob> = aJob()): Promise<Node[]> {
  const ends = new Benign();
  const nodes: Node[] = [{ state: initialState(budget, draft), parent: undefined, move: "the job is submitted" }];
  for (let node = nodes[0]; node !== undefined && !(await ends.isAtItsEnd(node.state)); node = nodes.at(-1)) {
    const { state, move } = await ends.next({ ...node.state, budget: NOTHING_BAD });
    nodes.push({ state: { ...state, budget }, parent: node, move });
  }
  return nodes;
}

/** The states right after every move of that name from one of `nodes`, with `budget` to spend from there on. */
export async function statesAfter(nodes: readonly Node[], words: string, budget: Budget): Promise<Node[]> {
  const found: Node[] = [];
  for (const node of nodes) {
    for (const move of await movesFrom(node.state)) {
      if (!move.name.includes(words)) continue;
      const state = { ...(await take(node.state, move)), budget };
      found.push({ state, parent: node, move: move.name });
    }
  }
  return found;
}

/** Follows every interleaving to `depth` moves, each state once, and proves from each that the job still gets to its end. */
export async function explore(starts: readonly Node[], depth: number): Promise<Exploration> {
  const ends = new Benign();
  const seen = new Set<string>();
  let frontier: readonly Node[] = starts;
  let transitions = 0;
  let reached = 0;
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
        await told(child, () => ends.prove(state));
        next.push({ state, ...child });
      }
    }
    frontier = next;
    if (next.length > 0) reached = level + 1;
  }
  return { states: seen.size, transitions, depth: reached };
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

const NOTHING_BAD: Budget = { total: 0, user: 0, operator: 0, platform: 0, time: 1000 };

/** Proof that a state comes to its end when nothing bad happens any more. States that were proven are remembered. */
export class Benign {
  readonly #proven = new Set<string>();
  readonly #maxMoves = 120;

  async prove(from: ModelState): Promise<void> {
    const way: string[] = [];
    let state: ModelState = { ...from, budget: NOTHING_BAD };
    for (let moves = 0; moves < this.#maxMoves; moves++) {
      const key = keyOfState({ ...state, budget: NOTHING_BAD });
      if (this.#proven.has(key) || (await this.isAtItsEnd(state))) {
        for (const step of way) this.#proven.add(step);
        this.#proven.add(key);
        return;
      }
      way.push(key);
      state = (await this.next(state)).state;
    }
    throw new Violation(`the job never comes to an end; it stays ${statusOf(state).phase}: ${statusOf(state).message}`);
  }

  /** What happens next if all goes well. */
  async next(state: ModelState): Promise<{ state: ModelState; move: string }> {
    const { job } = state;
    if ((job?.spec as { suspend?: boolean } | undefined)?.suspend === true && !state.memory.isDirty) {
      const resumed = replaceJob(state, (held) => {
        const spec = { ...(held.spec as object), suspend: false };
        return { ...held, spec, metadata: { ...held.metadata, generation: (held.metadata.generation ?? 0) + 1 } };
      });
      return { state: resumed, move: "the user resumes" };
    }
    const moves = await movesFrom(state);
    const order = [
      "watch delivers",
      "reconcile",
      "Git answers",
      "is read",
      "the registry answers",
      "starts",
      "is built",
      "the registry publishes",
      "is gone",
      "passes",
      "the sweep cancels",
      "time passes",
    ];
    for (const words of order) {
      const move = moves.find(({ name }) => name.includes(words) && !name.includes("makes"));
      if (move !== undefined) return { state: await take(state, move), move: move.name };
    }
    throw new Violation(
      `nothing is left to happen, but the job is ${statusOf(state).phase}: ${statusOf(state).message}`,
    );
  }

  /** Finished, with everything delivered and nothing more to do: a further reconcile must write nothing. */
  async isAtItsEnd(state: ModelState): Promise<boolean> {
    const { job, cache, memory, pods } = state;
    const isDelivered =
      equalJson(cache.job ?? null, job ?? null) &&
      equalJson(cache.pods, objectsOf(state)) &&
      equalJson(cache.builds, state.builds);
    if (!isDelivered || memory.isDirty) return false;
    // Nobody waits any more, so nothing is to be built any more.
    if (Object.values(state.builds).some((build) => !isOver(build))) return false;
    if (job === undefined) return true;
    const status = statusOf(state);
    if (!isTerminal(status.phase) || status.observedGeneration !== job.metadata.generation) return false;
    if (Object.values(pods).some(({ object }) => isLive(object, state.now))) return false;
    const { writes } = await reconcile(state, () => undefined);
    if (writes > 0) throw new Violation(`a finished job is written again: ${writes} times`);
    return true;
  }
}

/** What tells states apart: everything but numbers that only name versions. */
export function keyOfState(state: ModelState): string {
  const { version: _version, nextUid: _nextUid, job, pods, inFlight, cache, memory, ...rest } = state;
  const { ledger, podTry, ...others } = memory;
  const parts = [
    textOf(job),
    ...Object.values(pods).map(({ object, ...pod }) => textOf(object) + JSON.stringify(pod)),
    textOf(cache.job),
    ...Object.values(cache.pods).map(textOf),
    ...Object.values(cache.builds).map(textOf),
    JSON.stringify([rest, others, ledger?.writtenAt, ledger?.newest?.at, podTry?.podName, podTry?.lateUntil]),
    ...inFlight.map(({ pod, until }) => `${pod.metadata.name} until ${until}`),
    textOf(ledger?.newest?.job),
    textOf(ledger?.unwritten),
    textOf(podTry?.assumed),
  ];
  return createHash("sha1").update(parts.join("\n")).digest("base64");
}

const texts = new WeakMap<object, string>();

/** Objects are frozen and shared between states, so each is put in words once. */
function textOf(object: object | undefined): string {
  if (object === undefined) return "";
  const known = texts.get(object);
  if (known !== undefined) return known;
  const words = JSON.stringify(object, (name, value: unknown) => (name === "resourceVersion" ? undefined : value));
  const text = createHash("sha1").update(words).digest("base64");
  texts.set(object, text);
  return text;
}
