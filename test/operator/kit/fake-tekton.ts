import { readFileSync } from "node:fs";
import type { BuildObject } from "../../../src/build/index.js";
import { type Cluster, isKubeError, type KubernetesObject, type Resource } from "../../../src/kube/index.js";
import { documents } from "../../charts/synthesized.js";
import type { Story } from "../../build/strategies/played-builder.js";
import { playTekton } from "../../build/strategies/played-tekton.js";

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
  /** What becomes of a run; changes as tests wish. */
  story: (run: Stored) => Story = () => "succeeds";
  readonly #played = new Map<string, number>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async runs(): Promise<Stored[]> {
    return (await this.#cluster.list(PIPELINE_RUNS)).items;
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
    const moments = playTekton(isCancelled ? "cancelled" : this.story(run), run) ?? [];
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
