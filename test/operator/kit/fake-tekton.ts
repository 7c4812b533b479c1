import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ANNOTATION_ENVIRONMENT_DIGEST, toRfc3339 } from "../../../src/api/index.js";
import type { BuildObject } from "../../../src/build/index.js";
import {
  type Clock,
  type Cluster,
  isKubeError,
  type KubernetesObject,
  type Resource,
  systemClock,
} from "../../../src/kube/index.js";
import { IMAGE_DIGEST, REPOSITORY } from "../../build/strategies/a-build-plan.js";
import { AT, type Story } from "../../build/strategies/played-builder.js";
import { playTekton } from "../../build/strategies/played-tekton.js";
import { documents } from "../../charts/synthesized.js";

type Stored = KubernetesObject & BuildObject;

export const PIPELINE_RUNS = resource("PipelineRun", "pipelineruns");
export const TASK_RUNS = resource("TaskRun", "taskruns");

/** Tekton's own definitions of its runs. */
export function tektonCrds(): object[] {
  return documents(readFileSync("test/fixtures/crds/tekton-runs.yaml", "utf8"));
}

/** Plays Tekton's controller on any cluster, one moment of each run when told. */
export class FakeTekton {
  readonly #cluster: Cluster;
  readonly #clock: Pick<Clock, "now">;
  readonly #namespace: string | undefined;
  /** What becomes of a run; changes as tests wish. */
  story: (run: Stored) => Story = () => "succeeds";
  readonly #played = new Map<string, number>();

  /** @param namespace whose runs it plays. @default all */
  constructor(cluster: Cluster, clock: Pick<Clock, "now"> = systemClock, namespace?: string) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#namespace = namespace;
  }

  async runs(): Promise<Stored[]> {
    const namespace = this.#namespace;
    return (await this.#cluster.list(PIPELINE_RUNS, namespace === undefined ? {} : { namespace })).items;
  }

  /** Runs that have not come to their end. */
  async live(): Promise<Stored[]> {
    return (await this.runs()).filter((run) => !hasEnded(run));
  }

  /** Every run comes one moment further. */
  async work(): Promise<void> {
    for (const run of await this.runs()) await this.#go(run);
  }

  /** Every run comes to its end. */
  async finish(): Promise<void> {
    for (let moment = 0; moment < 4; moment += 1) await this.work();
  }

  async #go(run: Stored): Promise<void> {
    if (hasEnded(run)) return;
    const uid = run.metadata.uid ?? "";
    const isCancelled = (run.spec as { status?: string }).status === "Cancelled";
    const story = isCancelled ? "cancelled" : this.story(run);
    const moments = asOf(playTekton(story, run) ?? [], run, toRfc3339(this.#clock.now()));
    const at = isCancelled ? moments.length - 1 : (this.#played.get(uid) ?? 0);
    const moment = moments[at];
    if (moment === undefined) return;
    this.#played.set(uid, at + 1);
    for (const object of moment.related ?? []) await this.#put(TASK_RUNS, ofRun(object as Stored, run));
    await this.#status(PIPELINE_RUNS, run, moment.status);
  }

  async #put(kind: Resource<Stored>, object: Stored): Promise<void> {
    await this.#cluster.create(kind, object).catch((error: unknown) => {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    });
    await this.#status(kind, object, object.status);
  }

  async #status(kind: Resource<Stored>, { metadata }: Stored, status: unknown): Promise<void> {
    const key = { namespace: metadata.namespace ?? "", name: metadata.name };
    await this.#cluster.patchStatus(kind, key, { status });
  }
}

/** Digest of the environment that a run builds. */
export function environmentOf({ metadata }: Stored): string {
  return metadata.annotations?.[ANNOTATION_ENVIRONMENT_DIGEST] ?? "";
}

/** The image that a run builds: another one for each environment. */
export function imageBuiltBy(run: Stored): string {
  const { params = [] } = run.spec as { params?: { name: string; value: unknown }[] };
  const target = String(params.find(({ name }) => name === "image")?.value);
  const digest = createHash("sha256").update(environmentOf(run)).digest("hex");
  return `${target.slice(0, target.lastIndexOf(":"))}@sha256:${digest}`;
}

/** The story with the cluster's times and the run's own image. */
function asOf<T>(story: T, run: Stored, now: string): T {
  const [repository = "", digest = ""] = imageBuiltBy(run).split("@");
  const text = JSON.stringify(story)
    .replaceAll(AT.created, run.metadata.creationTimestamp ?? now)
    .replaceAll(AT.started, run.metadata.creationTimestamp ?? now)
    .replaceAll(AT.ended, now)
    .replaceAll(REPOSITORY, repository)
    .replaceAll(IMAGE_DIGEST, digest);
  return JSON.parse(text) as T;
}

/** Tekton controls its TaskRuns and gives them the labels of their PipelineRun. */
function ofRun(object: Stored, { apiVersion, kind, metadata }: Stored): Stored {
  const { name, uid = "", labels } = metadata;
  const ownerReferences = [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }];
  return { ...object, metadata: { ...object.metadata, ownerReferences, labels: { ...labels } } };
}

function hasEnded({ status }: Stored): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some((each) => each.type === "Succeeded" && each.status !== "Unknown");
}

function resource(kind: string, plural: string): Resource<Stored> {
  return { group: "tekton.dev", version: "v1", kind, plural, namespaced: true };
}
