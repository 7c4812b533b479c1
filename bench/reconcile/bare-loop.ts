// What the requests of the operator cost when nobody thinks about them: per job, the same status writes, the same pod,
// its log and one event, sent by the operator's own client as fast as it can. The decisions are those of a recorded run.
import { readFileSync } from "node:fs";
import {
  EVENTS,
  Informer,
  type KubernetesObject,
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  objectOf,
  PODS,
  type Pod,
  type Resource,
} from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { NOTEBOOK_CONTAINER } from "../../src/validation/index.js";

/** What the bare loop is told, as JSON in the file that its first argument names. */
export interface BareLoopOrders {
  readonly kubeconfig: string;
  readonly prefix: string;
  readonly count: number;
  readonly pod: Pod;
  readonly event: KubernetesObject;
  readonly statuses: readonly [first: object, last: object];
}

const orders = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as BareLoopOrders;
const cluster = new LiveCluster(loadKubeConfig({ path: orders.kubeconfig }));
const jobs = new Map<string, NotebookValidationJobObject>();
let done = 0;

const guarded = (work: Promise<void>): void => {
  work.catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
};

async function begin(job: NotebookValidationJobObject): Promise<void> {
  const { namespace = "", name, uid = "" } = job.metadata;
  await writeStatus(job, orders.statuses[0]);
  const { metadata, spec } = orders.pod;
  const owner = { ...metadata.ownerReferences?.[0], name, uid };
  await cluster.create(PODS, {
    ...objectOf(PODS, {
      metadata: { name: `${name}-val`, namespace, labels: metadata.labels, ownerReferences: [owner] },
    }),
    ...(spec && { spec }),
  });
}

async function follow({ metadata: { namespace = "", name } }: Pod): Promise<void> {
  for await (const _chunk of cluster.logs({ namespace, name }, { container: NOTEBOOK_CONTAINER, follow: true }))
    continue;
}

async function finish(pod: Pod): Promise<void> {
  const { namespace = "", ownerReferences } = pod.metadata;
  const job = jobs.get(ownerReferences?.[0]?.uid ?? "");
  if (job === undefined) return;
  const { name, uid } = job.metadata;
  await writeStatus(job, orders.statuses[1]);
  const { metadata: _recorded, ...event } = orders.event;
  const involvedObject = { ...(event as { involvedObject?: object }).involvedObject, name, namespace, uid };
  const draft = { ...event, involvedObject, metadata: { name: `${name}.1`, namespace } };
  await cluster.create(EVENTS, objectOf(EVENTS, draft));
  done += 1;
  if (done === orders.count) process.exit(0);
}

async function writeStatus(
  { metadata: { namespace = "", name } }: NotebookValidationJobObject,
  status: object,
): Promise<void> {
  await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, { namespace, name }, { status });
}

async function watch<T extends KubernetesObject>(resource: Resource<T>, see: (object: T) => void): Promise<void> {
  const informer = new Informer({ cluster, resource });
  informer.addHandler({ added: see, updated: see });
  informer.start();
  await informer.whenSynced();
}

const stages = new Map<string, string>();
const isNew = (uid: string, stage: string): boolean => {
  if (stages.get(uid) === stage) return false;
  stages.set(uid, stage);
  return true;
};
await watch(NOTEBOOK_VALIDATION_JOBS, (job) => {
  const { uid = "", name } = job.metadata;
  if (!name.startsWith(`${orders.prefix}-`) || jobs.has(uid)) return;
  jobs.set(uid, job);
  guarded(begin(job));
});
await watch(PODS, (pod) => {
  const { uid = "", name } = pod.metadata;
  if (!name.startsWith(`${orders.prefix}-`)) return;
  const phase = pod.status?.phase ?? "";
  if (phase === "Running" && isNew(uid, phase)) guarded(follow(pod));
  if (phase === "Succeeded" && isNew(uid, phase)) guarded(finish(pod));
});
process.stdout.write("ready\n");
