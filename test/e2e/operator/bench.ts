import type { NotebookValidationJob } from "../../../src/api/index.js";
import { EVENTS, type Event, listAll, NOTEBOOK_VALIDATION_JOBS, PODS, type Pod } from "../../../src/kube/index.js";
import { code, notebook } from "../nbv.js";
import { eventually } from "./eventually.js";
import type { AuditEvent, CommandResult, World } from "./world.js";

export type JobStatus = NonNullable<NotebookValidationJob["status"]>;

/** Longest time from apply to the end of an ordinary job, in milliseconds; many may share two cores. */
const END_MS = 60_000;
/** From a status to the event about it. */
const TOLD_MS = 10_000;

/** One namespace of a world, and what a story does in it. */
export class Bench {
  protected constructor(
    readonly world: World,
    readonly namespace: string,
  ) {}

  static async in(world: World, hint: string): Promise<Bench> {
    return new Bench(world, await world.namespace(hint));
  }

  /** kubectl in this namespace. */
  kubectl(args: readonly string[], stdin?: string): Promise<CommandResult> {
    return this.world.kubectl(["--namespace", this.namespace, ...args], stdin);
  }

  /** Applies objects as a person does. @throws what the API server had against them */
  async apply(...objects: readonly object[]): Promise<void> {
    const text = objects.map((object) => JSON.stringify(object)).join("\n---\n");
    const result = await this.kubectl(["apply", "--validate=strict", "--filename=-"], text);
    if (result.code !== 0) throw new Error(`kubectl apply: ${result.stderr}`);
  }

  /** The job now. */
  job(name: string): Promise<NotebookValidationJob> {
    const key = { namespace: this.namespace, name };
    return this.world.cluster.get(NOTEBOOK_VALIDATION_JOBS, key) as Promise<NotebookValidationJob>;
  }

  /** The job once it is as `condition` wants it. */
  async until(
    name: string,
    what: string,
    condition: (status: JobStatus, job: NotebookValidationJob) => boolean,
    withinMs = END_MS,
  ): Promise<NotebookValidationJob> {
    let last: NotebookValidationJob | undefined;
    return await eventually(
      `${this.namespace}/${name}: ${what}`,
      withinMs,
      async () => {
        last = await this.job(name);
        return condition(last.status ?? {}, last) ? last : undefined;
      },
      () => ({ metadata: last?.metadata, status: last?.status }),
    );
  }

  /** The job once it has ended; its status speaks of its spec as it is now. */
  end(name: string, withinMs = END_MS): Promise<NotebookValidationJob> {
    const isOver = (status: JobStatus, job: NotebookValidationJob) =>
      (status.phase === "Succeeded" || status.phase === "Failed") &&
      status.observedGeneration === job.metadata.generation;
    return this.until(name, "its end", isOver, withinMs);
  }

  async pods(): Promise<Pod[]> {
    return (await listAll(this.world.cluster, PODS, { namespace: this.namespace })).items;
  }

  /** Events that the operator told, oldest first. */
  async events(): Promise<Event[]> {
    const { items } = await listAll(this.world.cluster, EVENTS, { namespace: this.namespace });
    const at = (event: Event) => event.eventTime ?? event.lastTimestamp ?? "";
    return items.filter(isOperators).sort((a, b) => String(at(a)).localeCompare(String(at(b))));
  }

  /** Those about one job, up to one of that reason at least: an event follows the status that it tells of. */
  eventsOf(job: string, last: string): Promise<Event[]> {
    let told: Event[] = [];
    return eventually(
      `${this.namespace}/${job}: the event ${last}`,
      TOLD_MS,
      async () => {
        told = (await this.events()).filter(({ involvedObject }) => involvedObject.name === job);
        return told.some(({ reason }) => reason === last) ? told : undefined;
      },
      () => told.map(({ reason }) => reason),
    );
  }

  /** What the API server was asked by the operator about this namespace. */
  async asked(): Promise<AuditEvent[]> {
    const all = await this.world.audit();
    return all.filter(
      ({ user, objectRef }) => user.username === this.world.account && objectRef?.namespace === this.namespace,
    );
  }
}

function isOperators({ source, reportingComponent }: Event): boolean {
  return [source?.component, reportingComponent].some((name) => name?.startsWith("notebook-validator") ?? false);
}

/** A condition of a status: `True InvalidSpec`. */
export function condition(status: JobStatus | undefined, type: string): string {
  const found = status?.conditions?.find((each) => each.type === type);
  return found === undefined ? "absent" : `${found.status} ${found.reason}`;
}

/** A NotebookValidationJob. */
export function aJob(name: string, spec: object, metadata: object = {}): object {
  return {
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name, ...metadata },
    spec,
  };
}

/** A Secret with these texts. */
export function aSecret(name: string, stringData: Readonly<Record<string, string>>, type = "Opaque"): object {
  return { apiVersion: "v1", kind: "Secret", type, metadata: { name }, stringData };
}

/** A notebook of these code cells. */
export function cells(...sources: readonly string[]): string {
  return notebook(...sources.map((source) => code(source)));
}
