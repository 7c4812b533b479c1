import { ANNOTATION_ATTEMPT_PROOF } from "../api/index.js";
import type { ObjectMeta } from "../kube/object.js";
import type { NotebookValidationJobObject, Pod } from "../kube/resources.js";
import { isTerminal, type JobStatus } from "./decide/job.js";

type Spec = NonNullable<Pod["spec"]>;
type Status = NonNullable<Pod["status"]>;
type ContainerStatus = NonNullable<Status["containerStatuses"]>[number];
type Container = Spec["containers"][number];
type Volume = NonNullable<Spec["volumes"]>[number];

/**
 * A job as it is cached. A finished one is kept without the lists of what its notebook did, which nothing reads any
 * more: a later run takes them away or writes them anew, and a list that stays empty here is not written there.
 */
export function cachedJob(job: NotebookValidationJobObject): NotebookValidationJobObject {
  const kept = { ...job, metadata: cachedMetadata(job.metadata) };
  const status = (job.status ?? {}) as JobStatus;
  if (!isTerminal(status.phase)) return kept;
  const slim = Object.entries(status).map(([name, value]) => [name, BULKY.has(name) ? NOTHING : value]);
  return { ...kept, status: Object.fromEntries(slim) as unknown };
}

/** The job with the spec of `known` when that is the same one: what was read of it need not be read again. */
export function withKnownSpec(
  job: NotebookValidationJobObject,
  known: NotebookValidationJobObject | undefined,
): NotebookValidationJobObject {
  const { uid, generation } = job.metadata;
  const isSame = generation !== undefined && known?.metadata.uid === uid && known?.metadata.generation === generation;
  return isSame ? { ...job, spec: known.spec } : job;
}

const BULKY: ReadonlySet<string> = new Set<keyof JobStatus>(["results", "validationChecks", "educationalFeedback"]);
const NOTHING: readonly never[] = Object.freeze([]);

/**
 * A pod as it is cached: with what tells whose it is and how it is doing, and without what it was told to do. Of its
 * failures it says what the whole pod says.
 */
export function cachedPod({ apiVersion, kind, metadata, spec, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const proof = metadata.annotations?.[ANNOTATION_ATTEMPT_PROOF];
  return defined({
    apiVersion,
    kind,
    metadata: defined({
      name,
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      ownerReferences,
      annotations: proof === undefined ? undefined : { [ANNOTATION_ATTEMPT_PROOF]: proof },
    }) as ObjectMeta,
    spec: spec && cachedSpec(spec),
    status: status && cachedStatus(status),
  }) as Pod;
}

function cachedSpec(spec: Spec): Spec {
  const { restartPolicy, nodeName, schedulerName, initContainers, containers, volumes } = spec;
  return defined({
    restartPolicy,
    nodeName,
    schedulerName,
    // Its arguments say for whom the attempt's key is sealed.
    initContainers: initContainers?.map((container) =>
      defined({ ...cachedContainer(container), args: container.args }),
    ),
    containers: containers.map(cachedContainer),
    volumes: volumes?.flatMap(cachedVolume),
  }) as Spec;
}

function cachedContainer({ name, image, restartPolicy, resources }: Container): Container {
  const memory = resources?.limits?.["memory"];
  return defined({ name, image, restartPolicy, resources: memory && { limits: { memory } } }) as Container;
}

/** A volume that asks for keys by their names, with these: of a missing one a kubelet tells but the volume. */
function cachedVolume({ name, secret, configMap, projected }: Volume): Volume[] {
  const sources = projected?.sources?.map((each) =>
    defined({ secret: keysOf(each.secret), configMap: keysOf(each.configMap) }),
  );
  const kept = defined({ secret: keysOf(secret), configMap: keysOf(configMap), projected: sources && { sources } });
  return Object.keys(kept).length === 0 ? [] : [{ name, ...kept } as Volume];
}

interface KeySource {
  readonly name?: string | undefined;
  readonly secretName?: string | undefined;
  readonly items?: readonly { readonly key: string }[] | undefined;
}

function keysOf({ name, secretName, items }: KeySource = {}): KeySource | undefined {
  return items && defined({ name, secretName, items: items.map(({ key }) => ({ key })) });
}

function cachedStatus(status: Status): Status {
  const { phase, reason, message, startTime, conditions, initContainerStatuses, containerStatuses } = status;
  return defined({
    phase,
    reason,
    message,
    startTime,
    conditions,
    initContainerStatuses: initContainerStatuses?.map(cachedContainerStatus),
    containerStatuses: containerStatuses?.map(cachedContainerStatus),
  }) as Status;
}

function cachedContainerStatus({ name, image, imageID, state, lastState }: ContainerStatus): ContainerStatus {
  const last = lastState?.terminated;
  return defined({ name, image, imageID, state, lastState: last && { terminated: last } }) as ContainerStatus;
}

/** What kubectl keeps in an annotation: the whole object once more. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Metadata without the records of who wrote what, which are often the longest part of it. */
function cachedMetadata(metadata: ObjectMeta): ObjectMeta {
  const { managedFields: _unread, annotations, ...kept } = metadata as ObjectMeta & { managedFields?: unknown };
  if (annotations === undefined) return kept;
  const { [LAST_APPLIED]: _again, ...others } = annotations;
  return { ...kept, annotations: others };
}

/** The fields that are there, so that what is absent stays absent. */
function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
