import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { type NotebookValidationJob, type OperatorConfig, parseOperatorConfig } from "../api/index.js";
import {
  CONFIG_MAPS,
  type ConfigMap,
  Informer,
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  type Pod,
  SECRETS,
  type Secret,
  systemClock,
  systemRandom,
} from "../kube/index.js";
import { Operator, type SourceResolver } from "../operator/index.js";
import { clearReports, collectArtifacts } from "./collect-artifacts.js";
import type { MemoryLimitKind } from "./container-process.js";
import { type ContainerUser, chooseContainerUser } from "./container-user.js";
import { embeddedCluster } from "./embedded-cluster.js";
import { ProcessExecutor } from "./process-executor.js";

/** One job to run on this computer. */
export interface LocalRun {
  readonly job: NotebookValidationJob;
  /** Objects that the job refers to, in its namespace. */
  readonly secrets: readonly Secret[];
  readonly configMaps: readonly ConfigMap[];
  readonly source: SourceResolver;
  /** Directory to validate in place of the Git repository. */
  readonly localTree?: string | undefined;
  /** Path of the Python that notebooks run on. */
  readonly python: string;
  /** What the status is to name as the image, since none is used: `local:python-3.11.7`. */
  readonly image: string;
  /** Command line of this very program, before `fetch-source`. */
  readonly program: readonly string[];
  /** Options of `fetch-source` beyond what the pod says. */
  readonly fetcherOptions: readonly string[];
  /** Variables that the container's image would bring. */
  readonly environment: Readonly<Record<string, string>>;
  /** Receives the report files. */
  readonly reportDirectory: string;
  /** @default all defaults */
  readonly config?: OperatorConfig;
  readonly logger: Logger;
  /** Ends the run early; everything that runs is ended and cleaned up. */
  readonly signal: AbortSignal;
  /** Told whenever the job's status changes. */
  readonly onStatus: (job: NotebookValidationJob) => void;
  /** Told whom notebooks run as, before the first one does. */
  readonly onUser?: (user: ContainerUser) => void;
  /** Told what keeps a notebook within its memory limit. */
  readonly onMemoryLimit?: (kind: MemoryLimitKind) => void;
}

/** How it went. */
export interface LocalRunResult {
  /** The job with its last status. */
  readonly job: NotebookValidationJob;
  /** Report files that were written. */
  readonly reports: readonly string[];
}

const NODE = "this-computer";
const NOTEBOOK_CONTAINER = "notebook";
/** Time that a run which is stopped has for its reports, in seconds. */
const REPORT_GRACE = 10;

/**
 * Runs one job to its end: the real operator on the embedded cluster, its pods as processes.
 * @throws the reason of `signal` when it aborts first
 */
export async function runLocally(run: LocalRun): Promise<LocalRunResult> {
  run.signal.throwIfAborted();
  const stateDirectory = await mkdtemp(join(tmpdir(), "nbv-run-"));
  const stop = new AbortController();
  const works: Promise<unknown>[] = [];
  try {
    // Others may pass through, not look around: what lies below has modes of its own.
    await chmod(stateDirectory, 0o711);
    const user = chooseContainerUser(run.python, [stateDirectory]);
    run.onUser?.(user);
    const cluster = embeddedCluster(NODE);
    let lastPod: string | undefined;
    let reports: readonly string[] = [];
    const executor = new ProcessExecutor({
      cluster,
      clock: systemClock,
      logger: run.logger,
      nodeName: NODE,
      stateDirectory,
      programs: { python3: [run.python], python: [run.python], nbv: run.program },
      environment: run.environment,
      ...(user.kind === "other" ? { user: { uid: user.uid, gid: user.gid } } : {}),
      onContainer: (pod, container, kind) => {
        if (container !== NOTEBOOK_CONTAINER) return;
        lastPod = pod.metadata.uid;
        run.onMemoryLimit?.(kind);
      },
      beforeRemoval: async (pod, volume) => {
        if (pod.metadata.uid === lastPod && !run.signal.aborted) reports = await keepReports(run, pod, volume);
      },
    });
    cluster.setLogs((pod, options) => executor.logs(pod, options));
    for (const secret of run.secrets) await cluster.create(SECRETS, secret);
    for (const map of run.configMaps) await cluster.create(CONFIG_MAPS, map);
    const config = run.config ?? parseOperatorConfig({});
    // Somebody looks on, and nobody counts requests.
    const status = { ...config.status, progressInterval: "100ms" };
    const operator = new Operator({
      cluster,
      clock: systemClock,
      random: systemRandom,
      logger: run.logger,
      config: { ...config, status },
      signingKey: randomBytes(32),
      source: run.source,
      fetcherCommand: ["nbv", "fetch-source", ...run.fetcherOptions],
      build: "skip",
      // Nobody brings anything while somebody looks on.
      waits: false,
      ...(run.localTree === undefined ? {} : { localTree: run.localTree }),
    });
    works.push(executor.run(stop.signal), operator.run(stop.signal));
    const { namespace = "default" } = run.job.metadata;
    const spec = { ...run.job.spec, podConfig: { ...run.job.spec.podConfig, containerImage: run.image } };
    const job = { ...run.job, spec, metadata: { ...run.job.metadata, namespace } };
    await cluster.create(NOTEBOOK_VALIDATION_JOBS, job);
    const finished = await Promise.race([untilFinished(cluster, run), failure(works)]);
    // A run that was stopped still writes down how far it came.
    if (lastPod !== undefined) await executor.end(lastPod, REPORT_GRACE);
    return { job: finished, reports };
  } finally {
    stop.abort(new Error("the run is over"));
    await Promise.allSettled(works);
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

/** Reports of one attempt take the place of those of the attempt before. */
async function keepReports(run: LocalRun, pod: Pod, volume: (name: string) => string | undefined): Promise<string[]> {
  const artifacts = volume("nbv-artifacts");
  if (artifacts === undefined) return [];
  const below = run.job.spec.artifacts?.claimName === undefined ? [] : [run.job.metadata.name, pod.metadata.name];
  try {
    await clearReports(run.reportDirectory);
    return await collectArtifacts(join(artifacts, ...below), run.reportDirectory);
  } catch (error) {
    // A full disk loses the reports, never the verdict: `nbv run` says that they are missing.
    run.logger.warn({ err: error }, "the reports could not be written");
    return [];
  }
}

/** The job once it has come to an end, or stands still until somebody changes something. */
async function untilFinished(
  cluster: ReturnType<typeof embeddedCluster>,
  run: LocalRun,
): Promise<NotebookValidationJob> {
  const informer = new Informer({ cluster, resource: NOTEBOOK_VALIDATION_JOBS, clock: systemClock });
  try {
    return await new Promise((resolve, reject) => {
      run.signal.addEventListener("abort", () => reject(run.signal.reason as Error), { once: true });
      const see = (object: NotebookValidationJobObject) => {
        const job = structuredClone(object) as NotebookValidationJob;
        run.onStatus(job);
        if (isFinished(job)) resolve(job);
      };
      informer.addHandler({ added: see, updated: see, deleted: () => reject(new Error("the job was deleted")) });
      informer.start();
    });
  } finally {
    await informer.stop();
  }
}

function isFinished(job: NotebookValidationJob): boolean {
  const { phase, conditions = [] } = job.status ?? {};
  if (phase === "Succeeded" || phase === "Failed") return true;
  // Held by the job itself, or by something that nobody will change while this runs.
  return conditions.some(({ type, status }) => (type === "Suspended" || type === "Stalled") && status === "True");
}

/** Rejects when one of the parts fails; they have no other way to end before they are told to. */
async function failure(works: readonly Promise<unknown>[]): Promise<never> {
  await Promise.race(works);
  throw new Error("the operator ended by itself");
}
