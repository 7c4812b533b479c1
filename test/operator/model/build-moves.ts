import { toRfc3339 } from "../../../src/api/index.js";
import { equalJson } from "../../../src/kube/json.js";
import { openBuild } from "../../../src/operator/decide/builds/build-attempts.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import { failureOf } from "../../../src/recovery/index.js";
import { completed, questionOf, withBuild } from "./fake-builds.js";
import { checkPublication, isOver } from "./invariants.js";
import type { Move } from "./move.js";
import { settings } from "./operator-step.js";
import type { ModelBuild, ModelState } from "./state.js";

/** Everything that may happen next to builds, images and what the operator knows of them. */
export function buildMoves(state: ModelState): Move[] {
  return [
    ...deliveries(state),
    ...environmentAnswers(state),
    ...registryAnswers(state),
    ...publications(state),
    ...Object.values(state.builds).flatMap((build) => [...movesOf(state, build), ...sweep(state, build)]),
  ];
}

function remembering(state: ModelState, more: Partial<ModelState["memory"]>): ModelState {
  return { ...state, memory: { ...state.memory, ...more, isDirty: true } };
}

function deliveries({ builds, cache }: ModelState): Move[] {
  if (equalJson(cache.builds, builds)) return [];
  const go = (from: ModelState): ModelState =>
    remembering({ ...from, cache: { ...from.cache, builds: from.builds } }, {});
  return [{ name: "the builds' watch delivers", go }];
}

function environmentAnswers({ memory, cache }: ModelState): Move[] {
  const { environment } = memory;
  const question = cache.job && questionOf(cache.job, settings);
  if (environment?.seen.kind !== "reading" || question === undefined) return [];
  const { ticket } = environment;
  return [
    {
      name: "Git answers what is in the repository",
      go: (from) => remembering(from, { environment: { ticket, seen: { kind: "read", question, warnings: [] } } }),
    },
    {
      name: "Git can't say what is in the repository",
      kind: "platform",
      go: (from) =>
        remembering(from, {
          environment: { ticket, seen: { kind: "failed", reason: "GitNetwork", message: "no route" } },
        }),
    },
  ];
}

function registryAnswers({ memory, truth }: ModelState): Move[] {
  return Object.entries(memory.images).flatMap(([ticket, seen]): Move[] => {
    if (seen.kind !== "asking") return [];
    const answer = (image: typeof seen | ModelState["memory"]["images"][string]) => (from: ModelState) =>
      remembering(from, { images: { ...from.memory.images, [ticket]: image } });
    const isThere = truth.pushed.some((image) => ticket.endsWith(image));
    return [
      {
        name: `the registry answers about ${ticket}`,
        go: answer(isThere ? { kind: "present", digest: ticket.slice(ticket.indexOf("@") + 1) } : { kind: "absent" }),
      },
      { name: "the registry is down", kind: "platform", go: answer({ kind: "unknown", message: "no route" }) },
      ...(isThere
        ? [{ name: "the registry was cleared", kind: "platform", go: answer({ kind: "absent" }) } as const]
        : []),
    ];
  });
}

function publications({ memory }: ModelState): Move[] {
  const { publication } = memory;
  if (publication?.seen.kind !== "publishing") return [];
  return [
    {
      name: "the registry publishes",
      go: (from) => {
        const after = remembering(
          { ...from, truth: { ...from.truth, tag: publication.image } },
          { publication: { ...publication, seen: { kind: "published" } } },
        );
        checkPublication(after);
        return after;
      },
    },
    {
      name: "the registry refuses to publish",
      kind: "platform",
      go: (from) => remembering(from, { publication: { ...publication, seen: { kind: "failed", message: "denied" } } }),
    },
  ];
}

function movesOf(state: ModelState, { name, observation }: ModelBuild): Move[] {
  const vanish: Move = {
    name: `${name} vanishes`,
    kind: "platform",
    go: (from) => {
      const { [name]: _gone, ...builds } = from.builds;
      return { ...from, version: from.version + 1, builds };
    },
  };
  const signal = { reason: "Failed", message: "no" };
  const fails = (reason: "BuildImagePull" | "DependencyHashMismatch" | "BuildEvicted"): Move => ({
    name: `${name} fails: ${reason}`,
    kind: "platform",
    go: (from) => {
      const failed = { kind: "failed", signal, completionTime: toRfc3339(from.now) } as const;
      return withBuild(from, name, { observation: failed, failure: failureOf(reason) });
    },
  });
  const cancel: Move = {
    name: `${name} is cancelled by somebody`,
    kind: "platform",
    go: (from) => withBuild(from, name, { observation: { kind: "cancelled" } }),
  };
  switch (observation.kind) {
    case "pending":
      return [
        {
          name: `${name} starts`,
          go: (from) =>
            withBuild(from, name, {
              observation: { kind: "running", startTime: toRfc3339(state.now), progress: {} },
            }),
        },
        fails("BuildEvicted"),
        cancel,
        vanish,
      ];
    case "running":
      return [
        { name: `${name} is built`, go: (from) => completed(from, name) },
        fails("BuildImagePull"),
        fails("DependencyHashMismatch"),
        cancel,
        vanish,
      ];
    default:
      return [vanish];
  }
}

/** The operator cancels what no job waits for, as far as its cache knows. */
function sweep({ cache, job }: ModelState, build: ModelBuild): Move[] {
  if (isOver(build) || build.isAbandoned || waitsFor(cache.job?.status, build)) return [];
  const go = (from: ModelState): ModelState =>
    withBuild(from, build.name, { isAbandoned: true, observation: { kind: "cancelled" } });
  // It waits a while before it does, so that caches catch up; that they don't is a misfortune.
  const isHasty = waitsFor(job?.status, build);
  return [{ name: `the sweep cancels ${build.name}`, ...(isHasty && { kind: "operator" as const }), go }];
}

function waitsFor(status: unknown, { name }: ModelBuild): boolean {
  const known = (status ?? {}) as JobStatus;
  return known.phase === "Building" && openBuild(known)?.name === name;
}
