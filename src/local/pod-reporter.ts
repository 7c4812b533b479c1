import type { Instant } from "../api/instant.js";
import { isKubeError, isTransient, keyOf, PODS, type Pod } from "../kube/index.js";
import type { ExecutorOptions } from "./executor-options.js";
import { type ContainerPhase, type PodEnd, podStatus } from "./pod-status.js";

/** How long to wait before a status that the API server would not take just now is sent again, in milliseconds. */
const RETRY_MS = 500;

/** Keeps a pod's status on the API server as its containers are. */
export class PodReporter {
  private readonly phases = new Map<string, ContainerPhase>();
  private readonly startedAt: Instant;
  private current: Pod;
  /** Statuses are written one after the other, so that the last word is the newest. */
  private writing: Promise<void> = Promise.resolve();

  /** @param isStopping whether nobody waits any more: what can't be written then is left */
  constructor(
    pod: Pod,
    private readonly options: Pick<ExecutorOptions, "cluster" | "clock" | "logger">,
    private readonly isStopping: () => boolean,
  ) {
    this.current = pod;
    this.startedAt = options.clock.now();
  }

  /** The pod as the API server last gave it. */
  get pod(): Pod {
    return this.current;
  }

  /** Where a container stands, without telling it yet. */
  note(container: string, phase: ContainerPhase): void {
    this.phases.set(container, phase);
  }

  /** Where a container stands. */
  async set(container: string, phase: ContainerPhase): Promise<void> {
    this.note(container, phase);
    await this.report();
  }

  /** Writes what is known. An API server that is away is waited for, as a kubelet does. @param end why the pod ends early */
  async report(end?: PodEnd): Promise<void> {
    const turn = this.writing.then(() => this.write(end));
    this.writing = turn.catch(() => undefined);
    await turn;
  }

  private async write(end: PodEnd | undefined): Promise<void> {
    const { cluster, clock, logger } = this.options;
    for (;;) {
      const status = podStatus(this.current, {
        startedAt: this.startedAt,
        now: clock.now(),
        containers: this.phases,
        end,
      });
      const metadata = { uid: this.current.metadata.uid };
      try {
        this.current = await cluster.patchStatus(PODS, keyOf(this.current), { metadata, status });
        return;
      } catch (error) {
        // Deleted, or replaced by another of its name.
        if (isKubeError(error, "NotFound", "Conflict")) return;
        if (!isTransient(error) || this.isStopping()) throw error;
        logger.warn({ err: error, pod: keyOf(this.current) }, "the status of a pod can't be written at the moment");
      }
      await clock.sleep(RETRY_MS);
    }
  }
}
