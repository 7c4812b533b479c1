import {
  type Cluster,
  Informer,
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
} from "../../src/kube/index.js";

type Status = { phase?: string; verdict?: string; message?: string } & Record<string, unknown>;

/** Watches all jobs from outside and knows when they were done. */
export class JobBoard {
  readonly #jobs: Informer<NotebookValidationJobObject>;
  readonly #done = new Map<string, number>();
  #waiting: (() => void) | undefined;
  #failure: string | undefined;
  /** The first status that was written of a job, and the last. */
  firstStatus: Status | undefined;
  lastStatus: Status | undefined;

  constructor(cluster: Cluster) {
    this.#jobs = new Informer({ cluster, resource: NOTEBOOK_VALIDATION_JOBS });
    const look = (job: NotebookValidationJobObject): void => this.#look(job);
    this.#jobs.addHandler({ added: look, updated: look });
  }

  async start(): Promise<void> {
    this.#jobs.start();
    await this.#jobs.whenSynced();
  }

  stop(): Promise<void> {
    return this.#jobs.stop();
  }

  /** Waits until `count` jobs whose names begin with `prefix` have ended. @returns when the last one did, epoch milliseconds */
  async allDone(prefix: string, count: number, timeoutMs: number): Promise<number> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const done = [...this.#done].filter(([name]) => name.startsWith(`${prefix}-`));
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (done.length >= count) return Math.max(...done.map(([, at]) => at));
      if (Date.now() > until) throw new Error(`only ${done.length} of ${count} jobs ended; ${this.#laggard(prefix)}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
        setTimeout(resolve, 1000);
      });
    }
  }

  #laggard(prefix: string): string {
    const job = this.#jobs
      .list()
      .find(({ metadata: { name } }) => name.startsWith(`${prefix}-`) && !this.#done.has(name));
    const { phase, message } = (job?.status ?? {}) as Status;
    return `${job?.metadata.name} is ${phase ?? "untouched"}: ${message ?? ""}`;
  }

  #look({ metadata: { name }, status }: NotebookValidationJobObject): void {
    const seen = status as Status | undefined;
    if (seen?.phase === undefined) return;
    if (seen.phase === "ValidationRunning") this.firstStatus ??= seen;
    if (seen.phase !== "Succeeded" && seen.phase !== "Failed") return;
    if (seen.phase === "Failed") this.#failure ??= `${name} failed: ${seen.message}`;
    if (!this.#done.has(name)) this.#done.set(name, Date.now());
    this.lastStatus = seen;
    this.#waiting?.();
  }
}
