import { fromRfc3339 } from "../api/instant.js";
import {
  Informer,
  isKubeError,
  isTransient,
  KubeError,
  keyOf,
  type LogOptions,
  PODS,
  type Pod,
} from "../kube/index.js";
import type { ExecutorOptions } from "./executor-options.js";
import { hasStarted, lostPodStatus } from "./lost-pod.js";
import { PodRun } from "./pod-run.js";

/** How long to wait before a call that the API server would not answer just now is made again, in milliseconds. */
const RETRY_MS = 500;

/**
 * Scheduler and kubelet for pods that run as processes of this computer: their real commands, their volumes as
 * directories. Not a sandbox: paths are substituted, not mounted, and nothing but the user and the memory is limited.
 */
export class ProcessExecutor {
  private readonly runs = new Map<string, PodRun>();
  private readonly removals = new Set<Promise<void>>();
  /** Losses and deletions of pods that are being seen to. */
  private readonly attended = new Set<string>();
  private isStopping = false;
  private readonly informer: Informer<Pod>;

  constructor(private readonly options: ExecutorOptions) {
    this.informer = new Informer({
      cluster: options.cluster,
      resource: PODS,
      clock: options.clock,
      onError: (error) => options.logger.warn({ err: error }, "pods can't be watched at the moment"),
    });
    this.informer.addHandler({
      added: (pod) => this.see(pod),
      updated: (pod) => this.see(pod),
      deleted: (pod) => this.forget(pod),
    });
  }

  /** Runs pods until `signal` aborts, then ends what still runs and cleans up. */
  async run(signal: AbortSignal): Promise<void> {
    this.informer.start();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    this.isStopping = true;
    await this.informer.stop();
    await Promise.all([...this.runs.values()].map((run) => run.remove()));
    await Promise.all(this.removals);
  }

  /** A container's log, as `Cluster.logs` wants it: give this to the embedded cluster. */
  async *logs(pod: Pod, options: LogOptions): AsyncGenerator<Uint8Array> {
    const log = this.runs.get(pod.metadata.uid ?? "")?.log(options.container);
    if (log === undefined) {
      const message = `container "${options.container}" in pod "${pod.metadata.name}" is waiting to start`;
      throw new KubeError({ reason: "BadRequest", message });
    }
    const since = fromRfc3339(options.sinceTime);
    yield* log.read({
      ...(options.follow === undefined ? {} : { follow: options.follow }),
      ...(since === undefined ? {} : { since }),
      ...(options.limitBytes === undefined ? {} : { limitBytes: options.limitBytes }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** Ends a pod, if it still runs, within `graceSeconds`, and removes what it left. */
  async end(podUid: string, graceSeconds: number): Promise<void> {
    const run = this.runs.get(podUid);
    run?.delete(graceSeconds);
    await run?.done;
    await run?.remove();
  }

  private see(pod: Pod): void {
    if (!this.isOurs(pod)) return;
    const { uid = "", deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    const run = this.runs.get(uid);
    if (deletionTimestamp !== undefined) {
      run?.delete(deletionGracePeriodSeconds ?? 30);
      this.attend(`deletion of ${uid}`, async () => {
        await run?.done;
        await this.confirmDeletion(pod);
      });
      return;
    }
    if (run !== undefined || isOver(pod)) return;
    // Its processes went with an executor before this one.
    if (hasStarted(pod)) this.attend(`loss of ${uid}`, () => this.giveUp(pod));
    else this.runs.set(uid, new PodRun(pod, this.options));
  }

  private isOurs(pod: Pod): boolean {
    const node = pod.spec?.nodeName;
    return node === this.options.nodeName || (node === undefined && this.options.runsUnbound === true);
  }

  private forget(pod: Pod): void {
    const { uid = "" } = pod.metadata;
    for (const trouble of ["loss", "deletion"] as const) this.attended.delete(`${trouble} of ${uid}`);
    const run = this.runs.get(uid);
    if (run === undefined) return;
    this.track(run.remove().finally(() => this.runs.delete(uid)));
  }

  /** The kubelet's last word: the processes are gone, the object may go. */
  private async confirmDeletion(pod: Pod): Promise<void> {
    const { uid } = pod.metadata;
    const options = { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { uid }) };
    await this.persistently(() => this.options.cluster.delete(PODS, keyOf(pod), options));
  }

  private async giveUp(pod: Pod): Promise<void> {
    const { cluster, clock } = this.options;
    const patch = { metadata: { uid: pod.metadata.uid }, status: lostPodStatus(pod, clock.now()) };
    await this.persistently(() => cluster.patchStatus(PODS, keyOf(pod), patch));
  }

  /** Until the API server has taken it, or the pod is not there any more. */
  private async persistently(call: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await call();
        return;
      } catch (error) {
        if (isKubeError(error, "NotFound", "Conflict")) return;
        if (!isTransient(error) || this.isStopping) throw error;
      }
      await this.options.clock.sleep(RETRY_MS);
    }
  }

  /** Once, however often it is seen meanwhile. */
  private attend(trouble: string, work: () => Promise<void>): void {
    if (this.attended.has(trouble)) return;
    this.attended.add(trouble);
    this.track(work());
  }

  private track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => this.options.logger.error({ err: error }, "a pod could not be cleaned up"))
      .finally(() => this.removals.delete(tracked));
    this.removals.add(tracked);
  }
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}
