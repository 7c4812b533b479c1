import { toRfc3339 } from "../../../src/api/index.js";
import type { BuildPlan } from "../../../src/build/index.js";
import type { Cluster, DeleteOptions, MergePatch, ObjectList } from "../../../src/kube/cluster.js";
import { freezeJson } from "../../../src/kube/json.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import { applyMergePatch } from "../../../src/kube/merge-patch.js";
import type { KubernetesObject, ObjectKey } from "../../../src/kube/object.js";
import type { Resource } from "../../../src/kube/resource.js";
import type { NotebookValidationJobObject, Pod } from "../../../src/kube/resources.js";
import { withBuild, withMadeBuild } from "./fake-builds.js";
import type { ModelBuild, ModelState } from "./state.js";

/** The operator's process is gone: nothing that it does afterwards has an effect. */
export class Crash extends Error {}

/** What happens in the middle of a reconcile, and after how many of its writes. */
export type Fault =
  | { readonly kind: "crash" | "lost-answer"; readonly after: number }
  /** The making of a pod stays on its way, and may be carried out later or never; perhaps the process dies of it. */
  | { readonly kind: "late-create"; readonly thenCrash: boolean }
  /** Somebody else changes the world. */
  | { readonly kind: "interrupt"; readonly after: number; readonly change: (state: ModelState) => ModelState };

/** An API server whose whole state is a value, so that every moment can be returned to. */
export class ModelCluster implements Pick<Cluster, "get" | "list" | "create" | "patch" | "patchStatus" | "delete"> {
  /** Writes so far, events not counted. */
  writes = 0;
  hasCrashed = false;

  constructor(
    public state: ModelState,
    readonly fault: Fault | undefined,
    /** Called after every write. */
    readonly onWrite: (before: ModelState, after: ModelState) => void,
  ) {}

  async get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey): Promise<T> {
    this.#live();
    const found = this.#find(resource, key.name);
    if (found === undefined)
      throw new KubeError({ reason: "NotFound", message: `${resource.plural} ${key.name} not found` });
    return found as T;
  }

  /** Pods only: all of them, since the model has one job. */
  async list<T extends KubernetesObject>(_resource: Resource<T>): Promise<ObjectList<T>> {
    this.#live();
    const items = Object.values(this.state.pods).map(({ object }) => object as unknown as T);
    return { items, resourceVersion: String(this.state.version) };
  }

  async create<T extends KubernetesObject>(resource: Resource<T>, object: T): Promise<T> {
    this.#live();
    if (resource.plural === "events") return object;
    const { name } = object.metadata;
    if (this.#find(resource, name) !== undefined) {
      throw new KubeError({ reason: "AlreadyExists", message: `${resource.plural} ${name} already exists` });
    }
    const pod = object as unknown as Pod;
    if (this.fault?.kind === "late-create" && this.state.inFlight.length === 0) {
      const until = this.state.now + REQUEST_TIMEOUT_MS;
      this.state = { ...this.state, inFlight: [...this.state.inFlight, { pod: freezeJson(pod), until }] };
      if (!this.fault.thenCrash) throw new KubeError({ reason: "ConnectionFailed", message: "no answer came" });
      this.hasCrashed = true;
      throw new Crash("crash with a request on its way");
    }
    this.#write(() => withMadePod(this.state, pod));
    return this.#find(resource, name) as unknown as T;
  }

  async patchStatus<T extends KubernetesObject>(_resource: Resource<T>, key: ObjectKey, patch: MergePatch): Promise<T> {
    this.#live();
    const { state } = this;
    const { job } = state;
    if (job === undefined) throw new KubeError({ reason: "NotFound", message: `job ${key.name} not found` });
    const version = (patch["metadata"] as { resourceVersion?: string }).resourceVersion;
    if (version !== undefined && version !== job.metadata.resourceVersion)
      throw new KubeError({ reason: "Conflict", message: "the object has been modified" });
    const resourceVersion = String(state.version + 1);
    const status = shared(applyMergePatch(job.status ?? {}, patch["status"]));
    const written = freezeJson({ ...job, status, metadata: { ...job.metadata, resourceVersion } });
    this.#write(() => ({ ...state, version: state.version + 1, job: written }));
    return written as unknown as T;
  }

  /** The job's metadata only: the operator writes nothing else but its status. */
  async patch<T extends KubernetesObject>(_resource: Resource<T>, key: ObjectKey, patch: MergePatch): Promise<T> {
    this.#live();
    const { job } = this.state;
    if (job === undefined) throw new KubeError({ reason: "NotFound", message: `job ${key.name} not found` });
    const { resourceVersion, ...changes } = patch["metadata"] as { resourceVersion?: string };
    if (resourceVersion !== undefined && resourceVersion !== job.metadata.resourceVersion)
      throw new KubeError({ reason: "Conflict", message: "the object has been modified" });
    const metadata = applyMergePatch(job.metadata, changes) as NotebookValidationJobObject["metadata"];
    this.#write(() => replaceJob(this.state, (old) => ({ ...old, metadata })));
    return this.state.job as unknown as T;
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<void> {
    this.#live();
    const found = this.#find(resource, key.name);
    if (found === undefined) throw new KubeError({ reason: "NotFound", message: `${key.name} not found` });
    const isOther =
      (options.uid !== undefined && options.uid !== found.metadata.uid) ||
      (options.resourceVersion !== undefined && options.resourceVersion !== found.metadata.resourceVersion);
    if (isOther) throw new KubeError({ reason: "Conflict", message: "the precondition failed" });
    this.#write(() => (resource.plural === "pods" ? terminating(this.state, key.name) : withoutJob(this.state)));
  }

  /** One of the name that is there already is joined, as the shell does. */
  createBuild(owner: string, plan: BuildPlan, strategy: ModelBuild["strategy"]): void {
    this.#live();
    if (this.state.builds[plan.name] !== undefined) return;
    this.#write(() => withMadeBuild(this.state, owner, plan, strategy));
  }

  joinBuild(owner: string, name: string, uid: string): void {
    this.#live();
    const build = this.state.builds[name];
    if (build?.uid !== uid || build.owners.includes(owner)) return;
    this.#write(() => withBuild(this.state, name, { owners: [...build.owners, owner] }));
  }

  #find(resource: Resource, name: string): KubernetesObject | undefined {
    const { job, pods } = this.state;
    return resource.plural === "notebookvalidationjobs" ? job : pods[name]?.object;
  }

  #live(): void {
    if (this.hasCrashed) throw new Crash("the process is gone");
  }

  #write(change: () => ModelState): void {
    if (this.fault?.kind === "crash" && this.writes >= this.fault.after) {
      this.hasCrashed = true;
      throw new Crash(`crash after ${this.writes} writes`);
    }
    const before = this.state;
    this.state = change();
    this.writes += 1;
    this.onWrite(before, this.state);
    if (this.fault?.kind === "interrupt" && this.writes === this.fault.after)
      this.state = this.fault.change(this.state);
    if (this.fault?.kind === "lost-answer" && this.writes === this.fault.after) {
      throw new KubeError({ reason: "ConnectionFailed", message: "the answer was lost" });
    }
  }
}

/** After this time the API server carries out no request any more. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The pod comes to be. */
function withMadePod(state: ModelState, draft: Pod): ModelState {
  const resourceVersion = String(state.version + 1);
  const creationTimestamp = toRfc3339(state.now);
  const metadata = { ...draft.metadata, uid: `uid-${state.nextUid}`, resourceVersion, creationTimestamp };
  const object = freezeJson({ ...draft, metadata, status: { phase: "Pending" } });
  const next = { ...state, version: state.version + 1, nextUid: state.nextUid + 1 };
  const pod = { object, said: 0, script: "passing", log: "open" } as const;
  return { ...next, pods: { ...state.pods, [draft.metadata.name]: pod } };
}

/** The first request that was on its way is carried out, unless a pod of that name is there. */
export function landed(state: ModelState): ModelState {
  const [first, ...inFlight] = state.inFlight;
  if (first === undefined) return state;
  const isTaken = state.pods[first.pod.metadata.name] !== undefined || state.job === undefined;
  return { ...(isTaken ? state : withMadePod(state, first.pod)), inFlight };
}

const statuses = new Map<string, unknown>();

/** Equal statuses are one object, so that what was read of one is known of all. */
function shared(status: unknown): unknown {
  const text = JSON.stringify(status);
  const known = statuses.get(text);
  if (known !== undefined) return known;
  statuses.set(text, freezeJson(status));
  return status;
}

/** The pod is asked to go: its kubelet needs a while, unless it never ran or has ended. */
export function terminating(state: ModelState, name: string): ModelState {
  const pod = state.pods[name];
  if (pod === undefined) return state;
  if (pod.object.status?.phase !== "Running") return withoutPod(state, name);
  const deletionTimestamp = pod.object.metadata.deletionTimestamp ?? toRfc3339(state.now + 30_000);
  const object = freezeJson({ ...pod.object, metadata: { ...pod.object.metadata, deletionTimestamp } });
  return { ...state, version: state.version + 1, pods: { ...state.pods, [name]: { ...pod, object } } };
}

/** The pod's object is gone. */
export function withoutPod(state: ModelState, name: string): ModelState {
  const { [name]: _gone, ...pods } = state.pods;
  return { ...state, version: state.version + 1, pods };
}

/** The job is gone, and what it owned. */
export function withoutJob(state: ModelState): ModelState {
  return { ...state, version: state.version + 1, job: undefined, pods: {}, builds: {}, inFlight: [] };
}

export function replaceJob(
  state: ModelState,
  change: (job: NotebookValidationJobObject) => NotebookValidationJobObject,
): ModelState {
  if (state.job === undefined) return state;
  const changed = change(state.job);
  const resourceVersion = String(state.version + 1);
  const job = freezeJson({ ...changed, metadata: { ...changed.metadata, resourceVersion } });
  return { ...state, version: state.version + 1, job };
}
