import type { Logger } from "pino";
import { parseDuration } from "../../api/index.js";
import { type BuildStrategy, isInsecureRegistry, parseImageReference } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import type { InformerStats } from "../../kube/informer-options.js";
import type { Random } from "../../kube/random.js";
import type { NotebookValidationJobObject } from "../../kube/resources.js";
import type { BuildsSeen, EnvironmentSeen } from "../decide/build-observation.js";
import { buildsWanted, sharedTag } from "../decide/builds/builds-wanted.js";
import { foreignNames } from "../decide/builds/foreign-names.js";
import { buildsImage } from "../decide/builds/gate.js";
import { imagesWanted } from "../decide/builds/images-wanted.js";
import { environmentTicket, imageTicket, publicationTicket } from "../decide/builds/tickets.js";
import type { Effect } from "../decide/decision.js";
import { isTerminal, type JobStatus, type StoredJob } from "../decide/job.js";
import type { Observation, Settings } from "../decide/observation.js";
import { readTurn } from "../decide/read-turn.js";
import type { ValidTurn } from "../decide/turn.js";
import { EnvironmentDesk } from "../environment-desk.js";
import { ImageDesk } from "../image-desk.js";
import type { ImageRegistry } from "../image-registry.js";
import type { OperatorMetrics } from "../operator-metrics.js";
import type { OperatorOptions } from "../operator-options.js";
import { priorityOf } from "../priority.js";
import { readSecret } from "../read-secret.js";
import { DONE, type EffectResult } from "../refusal.js";
import type { SourceReader } from "../source-reader.js";
import { BuildDesk } from "./build-desk.js";
import type { BuildProver } from "./build-proof.js";
import { DerivedGitCredentials } from "./derived-git-credentials.js";
import { ImageSizes } from "./image-sizes.js";
import { type JobIndex, JobsOfBuilds } from "./jobs-of-builds.js";
import { TagOwners } from "./tag-owners.js";

/** What builds touch of the outside world, besides the cluster. */
export interface BuildTools {
  readonly reader: SourceReader;
  readonly registry: ImageRegistry;
  /** Best first. */
  readonly strategies: readonly BuildStrategy[];
}

export interface BuildsOptions extends BuildTools {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: OperatorMetrics;
  readonly settings: Settings;
  /** Tells the operator's builds from what others put in their place. */
  readonly prover: BuildProver;
  /** Namespaces whose jobs are served. */
  readonly namespaces: readonly string[] | "all";
  readonly jobs: JobsOfBuilds;
  /** Told when something changed that the job with this UID wants to know. */
  readonly onChange: (jobUid: string) => void;
  /** Told when a Secret appears or changes, in the namespaces that are watched. */
  readonly onSecret: (namespace: string, name: string) => void;
}

/** An effect that is about a build. */
export type BuildEffect = Extract<
  Effect,
  { kind: "ask-environment" | "ask-image" | "start-build" | "join-build" | "publish-image" }
>;

type BuildsObserved = Pick<Observation, "environment" | "builds">;

/** Everything about builds that a job's decisions see and do: its environment, its builds, its image in registries. */
export class Builds {
  readonly #options: BuildsOptions;
  readonly #environments: EnvironmentDesk;
  readonly #images: ImageDesk;
  readonly #desk: BuildDesk;
  readonly #owners: TagOwners;
  readonly #credentials: DerivedGitCredentials;

  constructor(options: BuildsOptions) {
    const { cluster, clock, random, logger, metrics, settings, reader, registry, strategies, jobs, onChange } = options;
    const { config } = settings;
    this.#options = options;
    const asking = {
      clock,
      readSecret: (namespace: string, name: string) => readSecret(cluster, namespace, name),
      onAnswer: onChange,
      onError: (error: unknown) => {
        metrics.count("reconcileErrors", { kind: "source" });
        logger.error({ err: error }, "a question about an environment failed unexpectedly");
      },
    };
    this.#environments = new EnvironmentDesk({ ...asking, reader, registry });
    const sizes = new ImageSizes((bytes) => metrics.observe("buildImageSize", {}, bytes));
    this.#images = new ImageDesk({ ...asking, registry, onSize: (image, bytes) => sizes.told(image, bytes) });
    this.#desk = new BuildDesk({
      prover: options.prover,
      ...{ cluster, clock, random, logger, metrics, sizes, strategies, onChange },
      namespaces: config.build.namespace === undefined ? options.namespaces : [config.build.namespace],
      maxBuilds: config.concurrency.builds,
      retentionMs: parseDuration(config.retention.finishedBuilds),
      cachedInterest: (buildName) => jobs.interest(buildName),
    });
    this.#credentials = new DerivedGitCredentials({
      ...{ cluster, clock, random, logger, config },
      onSecret: options.onSecret,
    });
    this.#owners = new TagOwners({ published: (namespace, reference) => jobs.owners(namespace, reference) });
  }

  /** What the job's next decision has to know of builds; nothing of jobs that build nothing. */
  observe(job: StoredJob): BuildsObserved {
    const turn = this.#turn(job);
    const { uid = "" } = job.metadata;
    if (turn === undefined || !buildsImage(turn)) {
      this.#leave(uid);
      this.#owners.release(uid);
      return {};
    }
    if (!mayOwnTag(turn.status)) this.#owners.release(uid);
    if (isTerminal(turn.status.phase)) {
      this.#leave(uid);
      // Asked all the same: old builds are looked after as long as there are jobs that build.
      void this.#desk.available;
      return {};
    }
    const environment = this.#environments.look(uid, environmentTicket(turn.status));
    return { environment, builds: this.#look(turn, environment) };
  }

  /** @throws KubeError when the effect may work later */
  async perform(job: StoredJob, effect: BuildEffect): Promise<EffectResult> {
    const { name, namespace = "", uid = "" } = job.metadata;
    const buildNamespace = this.#options.settings.config.build.namespace ?? namespace;
    switch (effect.kind) {
      case "ask-environment":
        this.#askEnvironment(job, effect);
        return DONE;
      case "ask-image":
        this.#images.ask(uid, effect.ticket, { ...effect, namespace: this.#namespaceOf(job, effect.secret) });
        return DONE;
      case "start-build": {
        // Once more after admission: the configuration may have moved builds since the job began.
        const { spec } = this.#turn(job) ?? {};
        const [foreign] = spec === undefined ? [] : foreignNames(spec, namespace, this.#options.settings.config);
        if (foreign !== undefined) return { kind: "refused", failure: foreign.failure };
        return (await this.#credentials.prepare(effect.plan)) ?? this.#desk.start(effect.plan, effect.strategy);
      }
      case "join-build":
        if (buildNamespace === namespace)
          await this.#desk.join({ namespace, name: effect.name }, effect, { name, uid });
        return DONE;
      case "publish-image": {
        const repository = effect.image.slice(0, effect.image.indexOf("@"));
        const own = { jobUid: uid, job: name, image: effect.image };
        if (this.#owners.claim(namespace, `${repository}:${effect.tag}`, own)) {
          const secretNamespace = this.#namespaceOf(job, effect.pushSecret);
          this.#images.publish(uid, effect.ticket, { ...effect, namespace: secretNamespace });
        } else this.#options.onChange(uid);
        return DONE;
      }
      default:
        return unreachable(effect);
    }
  }

  /** The job has decided: a place that was kept for its build and that it did not use is free again. */
  release(jobUid: string): void {
    this.#desk.release(jobUid);
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#leave(jobUid);
    this.#owners.release(jobUid);
    this.#desk.release(jobUid);
  }

  /** Keys of jobs that found no room for a build and may try again. */
  takeWaiting(): string[] {
    return this.#desk.takeWaiting();
  }

  refreshGauges(): void {
    this.#desk.refreshGauges();
  }

  /** Of the caches of builds, by plural name of their resource. */
  get stats(): Record<string, InformerStats> {
    return this.#desk.stats;
  }

  /** Begins what goes on without any job. */
  start(): void {
    this.#credentials.start();
  }

  /** Ends everything under way. */
  async stop(): Promise<void> {
    this.#environments.stop();
    this.#images.stop();
    await Promise.all([this.#desk.stop(), this.#credentials.stop()]);
  }

  #look(turn: ValidTurn, environment: EnvironmentSeen): BuildsSeen {
    const { metadata, status } = turn;
    const { name, namespace = "", uid = "" } = metadata;
    const { plan, buildName, namespace: buildNamespace } = buildsWanted(turn, environment, this.#desk.available) ?? {};
    const seen = this.#desk.look({
      job: { uid, key: `${namespace}/${name}`, namespace, priority: priorityOf(turn.spec) },
      namespace: buildNamespace ?? namespace,
      ...(plan && { key: plan.key }),
      ...(buildName !== undefined && { buildName }),
      isWaiting: status.phase === "Building",
      mayStart: mayStart(turn),
    });
    const references = imagesWanted(turn, plan, seen.builds);
    const images = references.map((each) => [each, this.#images.look(uid, imageTicket(status, each))] as const);
    const tag = sharedTag(turn, status);
    const own = { jobUid: uid, job: name, image: status.buildStatus?.imageDigest ?? "" };
    const rival = tag && this.#owners.rivalOf(namespace, tag, own);
    return {
      ...seen,
      images: Object.fromEntries(images),
      publication: this.#images.lookPublication(uid, publicationTicket(status)),
      ...(rival && { tagOwner: { job: rival.job, image: rival.image } }),
    };
  }

  #askEnvironment(job: StoredJob, { ticket, commit }: BuildEffect & { kind: "ask-environment" }): void {
    const { spec, effective } = this.#turn(job) ?? {};
    const { namespace = "", uid = "" } = job.metadata;
    const { config } = this.#options.settings;
    if (spec === undefined || effective?.build === undefined) return;
    const { url, ref, credentialsSecret } = spec.notebook.git;
    const baseImage = effective.build.baseImage ?? config.defaultImages.base;
    this.#environments.ask(uid, ticket, {
      ...{ namespace, url, ref, commit, baseImage },
      notebook: spec.notebook.path,
      build: effective.build,
      isInsecure: isInsecureRegistry(parseImageReference(baseImage)?.host ?? "", config),
      ...(credentialsSecret !== undefined && { credentialsSecret }),
      ...(config.build.pullSecret !== undefined && { pullSecret: config.build.pullSecret }),
    });
  }

  /** Where a Secret is read: one that the job names never out of another namespace than the job's. */
  #namespaceOf(job: StoredJob, secret: string | undefined): string {
    const { namespace = "" } = job.metadata;
    const isJobs = secret !== undefined && secret === this.#turn(job)?.effective.build?.pushSecret;
    return isJobs ? namespace : (this.#options.settings.config.build.namespace ?? namespace);
  }

  #leave(jobUid: string): void {
    this.#desk.leave(jobUid);
    this.#environments.forget(jobUid);
    this.#images.forget(jobUid);
  }

  #turn(job: StoredJob): ValidTurn | undefined {
    return turnOf(job, this.#options.settings);
  }
}

/** The part of an operator that builds; `undefined` when it builds nothing. */
export function buildsOf(
  options: OperatorOptions,
  controller: Pick<BuildsOptions, "settings" | "metrics" | "prover" | "onChange" | "onSecret"> & {
    readonly jobs: () => JobIndex;
  },
): Builds | undefined {
  const { cluster, clock, random, logger, builder, namespaces } = options;
  if (controller.settings.build !== "build" || builder === undefined) return undefined;
  const given = { cluster, clock, random, logger, namespaces: namespaces ?? ("all" as const) };
  return new Builds({ ...given, ...builder, ...controller, jobs: new JobsOfBuilds(controller.jobs) });
}

/** The job's turn as far as nothing has to be seen for it; `undefined` when its spec is not fit to be carried out. */
export function turnOf(job: StoredJob | NotebookValidationJobObject, settings: Settings): ValidTurn | undefined {
  const turn = readTurn(job, { pods: [], source: { kind: "unasked" }, hasRoom: false, settings }, 0);
  const { reading } = turn;
  return reading.ok ? { ...turn, spec: reading.spec, effective: reading.effective } : undefined;
}

/** Whether a claim of the job on a tag may hold: from its publication on, and after it as long as it stands by it. */
function mayOwnTag({ phase, buildStatus }: JobStatus): boolean {
  return phase === "ValidationRunning" || (isTerminal(phase) && buildStatus?.published === true);
}

/** Whether the job is at a point where it starts a build if there is none. */
function mayStart({ status: { phase, buildStatus }, spec }: ValidTurn): boolean {
  const isBefore = phase === "Initializing" || phase === "Building" || phase === "Retrying";
  return isBefore && !spec.suspend && buildStatus?.phase !== "Complete";
}

function unreachable(effect: never): never {
  throw new Error(`unexpected effect ${JSON.stringify(effect)}`);
}
