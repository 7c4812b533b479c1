import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Container } from "kubernetes-types/core/v1.js";
import { parseQuantity } from "../api/index.js";
import { isTransient, keyOf, type Pod } from "../kube/index.js";
import { ConfigError } from "./config-error.js";
import { ConfigStore } from "./config-store.js";
import { containerEnvironment } from "./container-environment.js";
import { ContainerLog } from "./container-log.js";
import { ContainerProcess, type ProcessEnd } from "./container-process.js";
import type { ExecutorOptions } from "./executor-options.js";
import { expandVariables } from "./expand-variables.js";
import { ImagePull } from "./image-pull.js";
import { PathMap, type PathMapping } from "./path-map.js";
import { warnOfPod } from "./pod-events.js";
import { PodReporter } from "./pod-reporter.js";
import type { PodEnd } from "./pod-status.js";
import { type MaterialVolume, materializeVolumes, removeVolumes } from "./pod-volumes.js";
import { readTerminationMessage } from "./termination-message.js";

const DEFAULT_TERMINATION_LOG = "/dev/termination-log";
/** How often the kubelet looks again for what a container misses. */
const RETRY_MS = 500;
const runFile = promisify(execFile);

/** Ends a pod from outside: thrown into whatever its run waits for. */
class Halt extends Error {
  constructor(readonly end: PodEnd | undefined) {
    super("the pod ends");
  }
}

/**
 * One pod from its binding to its end: volumes, init containers in order, then the main containers, as processes of this
 * computer. Reports through the pod's status, as the kubelet does. For pods with `restartPolicy: Never`.
 */
export class PodRun {
  /** Resolves when every process is gone and the last status is written. Never rejects. */
  readonly done: Promise<void>;
  private readonly logs = new Map<string, ContainerLog>();
  private readonly processes = new Set<ContainerProcess>();
  /** Aborted when the pod is to end early. */
  private readonly halting = new AbortController();
  /** Aborted when it has ended. */
  private readonly ending = new AbortController();
  private readonly reporter: PodReporter;
  private readonly directory: string;
  private removal: Promise<void> | undefined;
  private volumes = new Map<string, MaterialVolume>();

  constructor(
    pod: Pod,
    private readonly options: ExecutorOptions,
  ) {
    this.reporter = new PodReporter(pod, options, () => this.removal !== undefined);
    this.directory = join(options.stateDirectory, "pods", pod.metadata.uid ?? pod.metadata.name);
    this.done = this.live();
  }

  private get pod(): Pod {
    return this.reporter.pod;
  }

  /** A container's log, once it has started. */
  log(container: string): ContainerLog | undefined {
    return this.logs.get(container);
  }

  /** Directory of a volume, also after the pod has ended. */
  volume(name: string): string | undefined {
    return this.volumes.get(name)?.path;
  }

  /** The pod is being deleted: its processes get `graceSeconds` to end. */
  delete(graceSeconds: number): void {
    this.halt(undefined, graceSeconds);
  }

  /** Ends what still runs, and removes what the pod left on this computer. */
  async remove(): Promise<void> {
    this.halt(undefined, 0);
    this.removal ??= this.removeAll();
    await this.removal;
  }

  private async removeAll(): Promise<void> {
    await this.done;
    await this.options.beforeRemoval?.(this.pod, (name) => this.volume(name));
    await removeVolumes(this.volumes);
    await rm(this.directory, { recursive: true, force: true });
  }

  private halt(end: PodEnd | undefined, graceSeconds: number): void {
    if (!this.halting.signal.aborted) {
      this.halting.abort(new Halt(end));
      for (const each of this.processes) each.terminate();
    }
    const kill = () => {
      for (const each of this.processes) each.kill();
    };
    if (graceSeconds <= 0) kill();
    else void this.options.clock.sleep(graceSeconds * 1000, this.ending.signal).then(kill, () => undefined);
  }

  private async live(): Promise<void> {
    try {
      this.watchDeadline();
      await this.reporter.report();
      await this.prepare();
      const { initContainers = [], containers = [] } = this.pod.spec ?? {};
      for (const container of initContainers) {
        if ((await this.run(container, "init")).exitCode !== 0) return;
      }
      await this.handOver();
      await Promise.all(containers.map((container) => this.run(container, "main")));
    } catch (error) {
      await this.abandon(error);
    } finally {
      this.ending.abort(new Error("the pod has ended"));
    }
  }

  /** The pod ends early: its processes are waited for, and what is known is written down. */
  private async abandon(error: unknown): Promise<void> {
    const { logger } = this.options;
    if (!(error instanceof Halt)) logger.error({ err: error, pod: keyOf(this.pod) }, "a pod failed to run");
    const failed = { reason: "ExecutorError", message: error instanceof Error ? error.message : String(error) };
    if (!(error instanceof Halt)) this.halt(failed, 0);
    await Promise.all([...this.processes].map((each) => each.ended));
    await this.reporter.report(error instanceof Halt ? error.end : failed).catch((cause: unknown) => {
      logger.warn({ err: cause, pod: keyOf(this.pod) }, "the last status of a pod could not be written");
    });
  }

  /** Makes directories and volumes, waiting for Secrets and ConfigMaps that are not there yet. */
  private async prepare(): Promise<void> {
    // An executor that was killed could have left something of this pod.
    await rm(this.directory, { recursive: true, force: true });
    await mkdir(this.directory, { recursive: true, mode: 0o711 });
    const configs = new ConfigStore(this.options.cluster, this.pod.metadata.namespace ?? "default");
    const claims = join(this.options.stateDirectory, "claims", this.pod.metadata.namespace ?? "default");
    this.volumes = await this.patiently(
      () => materializeVolumes(this.pod, configs, { directory: this.directory, claims }),
      (error) => warnOfPod(this.pod, error.reason, error.message, this.options),
    );
  }

  private async run(container: Container, role: "init" | "main"): Promise<ProcessEnd> {
    const configs = new ConfigStore(this.options.cluster, this.pod.metadata.namespace ?? "default");
    const pull = new ImagePull(container.image ?? "", this.options.pull ?? (() => undefined));
    const variables = await this.patiently(
      async () => {
        await pull.complete();
        return await containerEnvironment(container, this.pod, configs);
      },
      ({ reason, message }) => this.reporter.set(container.name, { kind: "waiting", reason, message }),
    );
    this.halting.signal.throwIfAborted();
    const home = join(this.directory, "containers", container.name);
    await mkdir(home, { recursive: true, mode: 0o755 });
    const terminationLog = join(home, "termination-log");
    // Whoever the container runs as writes it.
    await writeFile(terminationLog, "", { mode: 0o666 });
    await runFile("chmod", ["0666", terminationLog]);
    const { clock, user } = this.options;
    const log = new ContainerLog(join(home, "log"), () => clock.now());
    this.logs.set(container.name, log);
    const paths = new PathMap([...this.mounts(container), terminationMapping(container, terminationLog)]);
    const limit = container.resources?.limits?.["memory"];
    const since = clock.now();
    const running = new ContainerProcess({
      id: `nbv-${this.pod.metadata.uid}-${container.name}`,
      argv: this.argv(container, variables, paths),
      env: { ...this.options.environment, ...mapped(variables, paths) },
      cwd: container.workingDir === undefined ? home : paths.toHost(container.workingDir),
      user: role === "main" ? user : undefined,
      memoryLimitBytes: limit === undefined ? undefined : parseQuantity(String(limit)),
      log,
    });
    this.processes.add(running);
    this.options.onContainer?.(this.pod, container.name, running.memoryLimit);
    await this.reporter.set(container.name, { kind: "running", since });
    const end = await running.ended;
    this.processes.delete(running);
    const terminationMessage = await readTerminationMessage(terminationLog);
    this.reporter.note(container.name, { kind: "ended", since, at: clock.now(), end, terminationMessage });
    this.halting.signal.throwIfAborted();
    await this.reporter.report();
    return end;
  }

  /** Between init and main containers: what the latter don't mount goes, the rest becomes theirs. */
  private async handOver(): Promise<void> {
    const mounted = (this.pod.spec?.containers ?? []).flatMap(({ volumeMounts = [] }) => volumeMounts);
    const kept = new Set(mounted.map(({ name }) => name));
    // Git credentials are among these: a process, unlike a container, could look for them.
    await removeVolumes(this.volumes, [...kept]);
    const { user } = this.options;
    if (user === undefined) return;
    for (const [name, { path, isOwn }] of this.volumes) {
      if (kept.has(name) && isOwn) await runFile("chown", ["-hR", `${user.uid}:${user.gid}`, path]);
    }
  }

  private argv(container: Container, variables: ReadonlyMap<string, string>, paths: PathMap): string[] {
    const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
      expandVariables(word, variables),
    );
    const [program = "", ...args] = words;
    const known = this.options.programs[program];
    return [...(known ?? [paths.toHost(program)]), ...args.map((word) => paths.toHost(word))];
  }

  private mounts(container: Container): PathMapping[] {
    return (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
      const path = this.volumes.get(name)?.path;
      if (path === undefined) return [];
      if (subPath?.split("/").includes("..") === true) throw new Error(`subPath ${subPath} leaves its volume`);
      return [{ containerPath: mountPath, hostPath: subPath === undefined ? path : join(path, subPath) }];
    });
  }

  /** Tries until what is missing is there. @throws Halt when the pod ends first */
  private async patiently<T>(attempt: () => Promise<T>, complain: (error: ConfigError) => Promise<void>): Promise<T> {
    let told = "";
    for (;;) {
      this.halting.signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof ConfigError) {
          if (error.message !== told) await complain(error);
          told = error.message;
        } else if (!isTransient(error)) throw error;
        await this.options.clock.sleep(RETRY_MS, this.halting.signal);
      }
    }
  }

  private watchDeadline(): void {
    const seconds = this.pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const message = "Pod was active on the node longer than the specified deadline";
    const grace = this.pod.spec?.terminationGracePeriodSeconds ?? 30;
    void this.options.clock.sleep(seconds * 1000, this.ending.signal).then(
      () => this.halt({ reason: "DeadlineExceeded", message }, grace),
      () => undefined,
    );
  }
}

function terminationMapping(container: Container, file: string): PathMapping {
  return { containerPath: container.terminationMessagePath ?? DEFAULT_TERMINATION_LOG, hostPath: file };
}

function mapped(variables: ReadonlyMap<string, string>, paths: PathMap): Record<string, string> {
  return Object.fromEntries([...variables].map(([name, value]) => [name, paths.toHost(value)]));
}
