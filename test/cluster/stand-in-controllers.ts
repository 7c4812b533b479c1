import {
  type Cluster,
  CONFIG_MAPS,
  EVENTS,
  Informer,
  isKubeError,
  type KubernetesObject,
  keyOf,
  listAll,
  NAMESPACES,
  type Namespace,
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  PODS,
  type Pod,
  type Resource,
  SECRETS,
  SERVICE_ACCOUNTS,
  systemClock,
} from "../../src/kube/index.js";

export interface StandInControllersOptions {
  /** The API server, asked as an administrator. */
  readonly cluster: Cluster;
  /** Tells the API server that nothing is left of a namespace (its subresource `finalize`). */
  readonly finalizeNamespace: (namespace: Namespace) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** How often it is looked whether the pods of a namespace that goes are gone, in milliseconds. */
const POLL_MS = 200;
/** What a namespace holds besides pods, as far as the tests put something there. */
const CONTENTS: readonly Resource[] = [NOTEBOOK_VALIDATION_JOBS, SECRETS, CONFIG_MAPS, SERVICE_ACCOUNTS, EVENTS];

/**
 * Two of kube-controller-manager's controllers, where there is none: pods go with the job that owns them, and what a
 * namespace holds goes with it, pods first.
 */
export class StandInControllers {
  private readonly jobs: Informer<NotebookValidationJobObject>;
  private readonly pods: Informer<Pod>;
  private readonly namespaces: Informer<Namespace>;
  private readonly leaving = new Set<string>();
  private readonly works = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: StandInControllersOptions) {
    const { cluster, onError } = options;
    const common = { cluster, clock: systemClock, onError };
    const owners = (pod: Pod) => (pod.metadata.ownerReferences ?? []).map(({ uid }) => uid);
    this.jobs = new Informer({ ...common, resource: NOTEBOOK_VALIDATION_JOBS });
    this.pods = new Informer({ ...common, resource: PODS, indexes: { owners } });
    this.namespaces = new Informer({ ...common, resource: NAMESPACES });
    this.jobs.addHandler({
      deleted: ({ metadata: { uid = "" } }) => this.pods.byIndex("owners", uid).forEach((pod) => this.drop(pod)),
    });
    this.pods.addHandler({ added: (pod) => this.work(this.dropOrphan(pod)) });
    this.namespaces.addHandler({ added: (each) => this.see(each), updated: (each) => this.see(each) });
  }

  start(): void {
    for (const informer of [this.jobs, this.pods, this.namespaces]) informer.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.jobs, this.pods, this.namespaces].map((informer) => informer.stop()));
    await Promise.all(this.works);
  }

  /** A pod that was made when its owner was gone already. */
  private async dropOrphan(pod: Pod): Promise<void> {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner?.kind !== NOTEBOOK_VALIDATION_JOBS.kind) return;
    const key = { namespace: pod.metadata.namespace ?? "", name: owner.name };
    const found = await this.options.cluster.get(NOTEBOOK_VALIDATION_JOBS, key).catch((error: unknown) => {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    });
    if (found?.metadata.uid !== owner.uid) this.drop(pod);
  }

  private drop(pod: Pod): void {
    this.work(this.remove(PODS, pod));
  }

  private see(namespace: Namespace): void {
    const { uid = "", deletionTimestamp } = namespace.metadata;
    if (deletionTimestamp === undefined || this.leaving.has(uid)) return;
    this.leaving.add(uid);
    this.work(this.empty(namespace).then(() => this.options.finalizeNamespace(namespace)));
  }

  private async empty({ metadata: { name: namespace } }: Namespace): Promise<void> {
    const { cluster } = this.options;
    for (;;) {
      const pods = await listAll(cluster, PODS, { namespace });
      if (pods.items.length === 0) break;
      for (const pod of pods.items) if (pod.metadata.deletionTimestamp === undefined) await this.remove(PODS, pod);
      await systemClock.sleep(POLL_MS, this.stopping.signal);
    }
    for (const resource of CONTENTS) {
      const found = await listAll(cluster, resource, { namespace });
      for (const object of found.items) await this.remove(resource, object);
    }
  }

  private async remove(resource: Resource, object: KubernetesObject): Promise<void> {
    const { uid } = object.metadata;
    try {
      await this.options.cluster.delete(resource, keyOf(object), uid === undefined ? {} : { uid });
    } catch (error) {
      if (!isKubeError(error, "NotFound", "Conflict")) throw error;
    }
  }

  private work(task: Promise<void>): void {
    const tracked: Promise<void> = task
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.options.onError(error);
      })
      .finally(() => this.works.delete(tracked));
    this.works.add(tracked);
  }
}
