import type { SeenObject } from "./classify-input.js";

/** Labels by which Tekton and Shipwright tell whose a TaskRun is, by the kind of its run. */
const LABELS: Readonly<Record<string, string>> = {
  PipelineRun: "tekton.dev/pipelineRun",
  BuildRun: "buildrun.shipwright.io/name",
};

/** Which TaskRuns belong to which runs, of objects that were seen together. */
export class TaskRuns {
  readonly #byRun = new Map<string, SeenObject[]>();
  readonly #runs: ReadonlySet<string>;

  constructor(objects: readonly SeenObject[]) {
    this.#runs = new Set(objects.flatMap(namesOfRun));
    for (const object of objects) {
      for (const run of namesOfOwners(object)) {
        const known = this.#byRun.get(run);
        if (known === undefined) this.#byRun.set(run, [object]);
        else known.push(object);
      }
    }
  }

  /** The TaskRuns of a run, in the order in which they were given. */
  of(run: SeenObject): SeenObject[] {
    return [...new Set(namesOfRun(run).flatMap((name) => this.#byRun.get(name) ?? []))];
  }

  /** Whether it is a TaskRun whose run is there, too. */
  isPart(object: SeenObject): boolean {
    return namesOfOwners(object).some((run) => this.#runs.has(run));
  }
}

/** By what its TaskRuns may name a run. */
function namesOfRun({ kind, metadata: { namespace, name, uid } }: SeenObject): string[] {
  const label = Object.hasOwn(LABELS, kind) ? LABELS[kind] : undefined;
  if (label === undefined || name === "") return [];
  return [byLabel(label, namespace, name), ...(uid === undefined ? [] : [byUid(uid)])];
}

function namesOfOwners({ kind, metadata }: SeenObject): string[] {
  if (kind !== "TaskRun") return [];
  const { namespace, labels = {}, ownerReferences } = metadata as typeof metadata & { ownerReferences?: unknown };
  const owners = Array.isArray(ownerReferences) ? (ownerReferences as readonly ({ uid?: unknown } | null)[]) : [];
  return [
    ...Object.values(LABELS).flatMap((label) => {
      const name = labels[label];
      return name === undefined ? [] : [byLabel(label, namespace, name)];
    }),
    ...owners.flatMap((owner) => (typeof owner?.uid === "string" ? [byUid(owner.uid)] : [])),
  ];
}

function byLabel(label: string, namespace: string | undefined, name: string): string {
  return [label, namespace, name].join("\0");
}

function byUid(uid: string): string {
  return `uid\0${uid}`;
}
