import { ANNOTATION_RETRY_REQUESTED, toRfc3339Millis } from "../../../src/api/index.js";
import { replaceJob, terminating, withoutJob } from "./model-cluster.js";
import type { Move } from "./move.js";
import type { ModelState } from "./state.js";

/** What the user may do to the job and its pods. */
export function userMoves(state: ModelState): Move[] {
  const { job } = state;
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return [];
  const isSuspended = (job.spec as { suspend?: boolean }).suspend === true;
  const pods = Object.values(state.pods).filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  return [
    { name: "the user edits the spec", kind: "user", go: edited },
    { name: "the user changes the priority", kind: "user", go: (from) => respecified(from, { priority: 70 }) },
    ...(isSuspended
      ? [{ name: "the user resumes", go: (from: ModelState) => suspended(from, false) }]
      : [{ name: "the user suspends", kind: "user" as const, go: (from: ModelState) => suspended(from, true) }]),
    { name: "the user asks for a retry", kind: "user", go: (from) => retryRequested(from) },
    ...pods.map(
      ({ object: { metadata } }): Move => ({
        name: `the user deletes ${metadata.name}`,
        kind: "user",
        go: (from) => terminating(from, metadata.name),
      }),
    ),
    { name: "the user deletes the job", kind: "user", go: withoutJob },
  ];
}

export function edited(state: ModelState): ModelState {
  return respecified(state, (spec) => {
    const notebook = spec["notebook"] as { parameters?: { edit?: number } };
    return { ...spec, notebook: { ...notebook, parameters: { edit: (notebook.parameters?.edit ?? 0) + 1 } } };
  });
}

export function suspended(state: ModelState, suspend: boolean): ModelState {
  return respecified(state, { suspend });
}

type Spec = Record<string, unknown>;

function respecified(state: ModelState, change: Spec | ((spec: Spec) => Spec)): ModelState {
  return replaceJob(state, (job) => {
    const spec = job.spec as Spec;
    const metadata = { ...job.metadata, generation: (job.metadata.generation ?? 0) + 1 };
    return { ...job, metadata, spec: typeof change === "function" ? change(spec) : { ...spec, ...change } };
  });
}

function retryRequested(state: ModelState): ModelState {
  return replaceJob(state, (job) => ({
    ...job,
    metadata: { ...job.metadata, annotations: { [ANNOTATION_RETRY_REQUESTED]: toRfc3339Millis(state.now) } },
  }));
}
