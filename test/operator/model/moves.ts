import { equalJson } from "../../../src/kube/json.js";
import { buildMoves } from "./build-moves.js";
import { checkPods, checkWrite } from "./invariants.js";
import { landed } from "./model-cluster.js";
import type { Move } from "./move.js";
import { objectsOf, podsDelivered, type ReconcileOutcome, reconcile, restarted } from "./operator-step.js";
import { podMoves } from "./pod-moves.js";
import type { ModelState } from "./state.js";
import { edited, suspended, userMoves } from "./user-moves.js";

/** Everything that may happen in this state, within its budget. */
export async function movesFrom(state: ModelState): Promise<Move[]> {
  const moves = [
    ...(await operatorMoves(state)),
    ...deliveries(state),
    ...late(state),
    ...answers(state),
    ...Object.keys(state.pods).flatMap((name) => podMoves(state, name)),
    ...buildMoves(state),
    ...userMoves(state),
    ...time(state),
  ];
  const { budget } = state;
  return moves.filter(({ kind }) => kind === undefined || (budget.total > 0 && budget[kind] > 0));
}

/** The state after a move, with its price paid. */
export async function take(state: ModelState, { kind, go }: Move): Promise<ModelState> {
  const { budget } = state;
  const paid =
    kind === undefined ? state : { ...state, budget: { ...budget, total: budget.total - 1, [kind]: budget[kind] - 1 } };
  return go(paid);
}

async function operatorMoves(state: ModelState): Promise<Move[]> {
  // What only memory knows (an answer of Git, a status that waits to be written) is lost.
  const restart: Move = { name: "restart", kind: "operator", go: restarted };
  if (!state.memory.isDirty) return [restart];
  const plain = attempted(() => reconcile(state, checkWrite));
  const { writes } = (await plain).outcome ?? { writes: 0 };
  const faults = Array.from({ length: writes }, (_, index) => index + 1);
  return [
    {
      name: "reconcile",
      go: async () => {
        const { outcome, error } = await plain;
        if (outcome === undefined) throw error;
        return outcome.state;
      },
    },
    ...faults.flatMap((after): Move[] => [
      {
        name: `reconcile, crash after write ${after}`,
        kind: "operator",
        go: async (from) => (await reconcile(from, checkWrite, { kind: "crash", after })).state,
      },
      {
        name: `reconcile, answer ${after} lost`,
        kind: "operator",
        go: async (from) => (await reconcile(from, checkWrite, { kind: "lost-answer", after })).state,
      },
    ]),
    ...faults.slice(0, -1).flatMap((after): Move[] => [
      {
        name: `the user edits after write ${after} of a reconcile`,
        kind: "user",
        go: (from) => interrupted(from, after, edited),
      },
      {
        name: `the user suspends after write ${after} of a reconcile`,
        kind: "user",
        go: (from) => interrupted(from, after, (now) => suspended(now, true)),
      },
    ]),
    ...(makesPod(state, (await plain).outcome?.state) ? [false, true] : []).map(
      (thenCrash): Move => ({
        name: `reconcile, the making of the pod stays on its way${thenCrash ? ", and the process dies" : ""}`,
        kind: "operator",
        go: async (from) => (await reconcile(from, checkWrite, { kind: "late-create", thenCrash })).state,
      }),
    ),
    restart,
  ];
}

function makesPod(before: ModelState, after: ModelState | undefined): boolean {
  return Object.keys(after?.pods ?? {}).some((name) => before.pods[name] === undefined);
}

/** A request that got no answer is carried out after all. */
function late({ inFlight }: ModelState): Move[] {
  return inFlight.slice(0, 1).map(({ pod }) => ({
    name: `the late request makes ${pod.metadata.name}`,
    go: (from) => {
      const after = landed(from);
      checkPods(after);
      return after;
    },
  }));
}

/** A reconcile is free, so its outcome can be known before the move is taken. */
async function attempted(
  work: () => Promise<ReconcileOutcome>,
): Promise<{ outcome?: ReconcileOutcome; error?: unknown }> {
  try {
    return { outcome: await work() };
  } catch (error) {
    return { error };
  }
}

/** A reconcile in whose middle the world changes. */
async function interrupted(
  from: ModelState,
  after: number,
  change: (state: ModelState) => ModelState,
): Promise<ModelState> {
  return (await reconcile(from, checkWrite, { kind: "interrupt", after, change })).state;
}

/** Watches that deliver what they have; until then the caches are behind. */
function deliveries(state: ModelState): Move[] {
  const { cache, memory } = state;
  const moves: Move[] = [];
  if (!equalJson(cache.job ?? null, state.job ?? null)) {
    moves.push({
      name: "the job's watch delivers",
      go: (from) => ({ ...from, cache: { ...from.cache, job: from.job }, memory: { ...from.memory, isDirty: true } }),
    });
    if (!memory.isDirty) {
      moves.push({
        name: "reconcile from a stale job",
        kind: "operator",
        go: (from) => ({ ...from, memory: { ...from.memory, isDirty: true } }),
      });
    }
  }
  if (!equalJson(cache.pods, objectsOf(state))) {
    moves.push({
      name: "the pods' watch delivers",
      go: podsDelivered,
    });
  }
  return moves;
}

function answers(state: ModelState): Move[] {
  const { question } = state.memory;
  if (question?.seen.kind !== "resolving") return [];
  const answer = (seen: NonNullable<ModelState["memory"]["question"]>["seen"]) => (from: ModelState) => ({
    ...from,
    memory: { ...from.memory, isDirty: true, question: { ticket: question.ticket, seen } },
  });
  return [
    { name: "Git answers", go: answer({ kind: "resolved", commit: "0123456789abcdef0123456789abcdef01234567" }) },
    {
      name: "Git is unreachable",
      kind: "platform",
      go: answer({ kind: "failed", reason: "GitNetwork", message: "no route" }),
    },
    {
      name: "Git knows no such ref",
      kind: "platform",
      go: answer({ kind: "failed", reason: "GitRefNotFound", message: "no ref" }),
    },
  ];
}

function time({ memory, now, budget }: ModelState): Move[] {
  const { wakeAt } = memory;
  if (wakeAt === undefined || budget.time <= 0) return [];
  return [
    {
      name: "time passes",
      go: (from) => ({
        ...from,
        now: Math.max(now, wakeAt),
        inFlight: from.inFlight.filter(({ until }) => until > wakeAt),
        budget: { ...from.budget, time: from.budget.time - 1 },
        memory: { ...from.memory, isDirty: true, wakeAt: undefined },
      }),
    },
  ];
}
