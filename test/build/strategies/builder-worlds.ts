import { readFileSync } from "node:fs";
import type { ApiKind, BuildObject, BuildObservation, BuildPlan } from "../../../src/build/index.js";
import { applyMergePatch, type Cluster, type KubernetesObject, type Resource } from "../../../src/kube/index.js";
import { misfits, type StructuralSchema } from "../../charts/structural-schema.js";
import { documents } from "../../charts/synthesized.js";
import type { Moment, PlayedBuilder } from "./played-builder.js";

/** Somewhere to build: objects are checked against their definitions when they come in. */
export interface BuilderWorld {
  start(builder: PlayedBuilder, plan: BuildPlan): Promise<StartedBuild>;
  /** What the played builder makes of the build that was started last. */
  become(moment: Moment): Promise<void>;
}

export interface StartedBuild {
  readonly main: () => BuildObject;
  readonly see: () => BuildObservation;
  /** The main object after it was cancelled. */
  readonly cancelled: () => Promise<BuildObject>;
}

/** Definitions of all builders, as their projects publish them. */
export const BUILDER_CRDS = ["tekton-runs", "builders/shipwright", "builders/openshift-build"].map(
  (file) => `test/fixtures/crds/${file}.yaml`,
);

interface Crd {
  spec: {
    names: { kind: string };
    group: string;
    versions: { name: string; schema: { openAPIV3Schema: StructuralSchema }; subresources?: { status?: object } }[];
  };
}

const crds = BUILDER_CRDS.flatMap((file) => documents(readFileSync(file, "utf8")) as unknown as Crd[]);

function versionOf({ apiVersion, kind }: BuildObject) {
  const [group, name] = apiVersion.split("/");
  const crd = crds.find(({ spec }) => spec.names.kind === kind && spec.group === group);
  const version = crd?.spec.versions.find((candidate) => candidate.name === name);
  if (version === undefined) throw new Error(`no definition of ${apiVersion} ${kind}`);
  return version;
}

/** Throws when an object does not fit its definition, or has a field that it does not know. */
export function requireFit(object: BuildObject): void {
  const { apiVersion: _apiVersion, kind, metadata: _metadata, ...rest } = object;
  const problems = misfits(versionOf(object).schema.openAPIV3Schema, JSON.parse(JSON.stringify(rest)), kind);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** Objects in memory, held against the published definitions. */
export function memoryWorld(): BuilderWorld {
  let current: { main: BuildObject; related: readonly BuildObject[] } | undefined;
  return {
    start: ({ strategy }, plan) => {
      const objects = strategy.objects(plan);
      objects.forEach(requireFit);
      const main = objects.at(-1) as BuildObject;
      const started = { main: { ...main, metadata: { ...main.metadata, uid: "uid-1" } }, related: [] as BuildObject[] };
      current = started;
      return Promise.resolve({
        main: () => started.main,
        see: () => strategy.observe(started.main, started.related),
        cancelled: () => Promise.resolve(applyMergePatch(started.main, strategy.cancelPatch) as BuildObject),
      });
    },
    become: ({ status, related = [] }) => {
      if (current === undefined) throw new Error("nothing was started");
      current.main = { ...current.main, status };
      current.related = related;
      [current.main, ...related].forEach(requireFit);
      return Promise.resolve();
    },
  };
}

type Stored = KubernetesObject & BuildObject;

/** Objects on a real API server, which keeps what it knows and prunes the rest. */
export function apiServerWorld(cluster: Cluster): BuilderWorld {
  let number = 0;
  let current: { builder: PlayedBuilder; main: BuildObject; related: BuildObject[] } | undefined;
  const put = async (kind: ApiKind, object: BuildObject, status: object): Promise<BuildObject> => {
    const resource = resourceOf(kind);
    const key = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
    const hasSubresource = versionOf(object).subresources?.status !== undefined;
    return await (hasSubresource
      ? cluster.patchStatus(resource, key, { status })
      : cluster.patch(resource, key, { status }));
  };
  return {
    start: async (builder, wanted) => {
      number += 1;
      const plan = { ...wanted, namespace: "default", name: `${wanted.name}-${number}` };
      const made: BuildObject[] = [];
      for (const object of builder.strategy.objects(plan)) {
        const kind = builder.strategy.needs.find((need) => need.kind === object.kind) as ApiKind;
        const resource = resourceOf(kind);
        const key = { namespace: "default", name: object.metadata.name };
        const stored = await cluster.create(resource, object as Stored).catch(() => cluster.get(resource, key));
        made.push(stored);
        // Nothing of it was pruned: the API server knows every field.
        if (JSON.stringify(object.spec) !== JSON.stringify(inOrderOf(object.spec, stored["spec"]))) {
          throw new Error(`${object.kind}: the API server changed ${JSON.stringify(stored["spec"])}`);
        }
      }
      const started = { builder, main: made.at(-1) as BuildObject, related: [] as BuildObject[] };
      current = started;
      return {
        main: () => started.main,
        see: () => builder.strategy.observe(started.main, started.related),
        cancelled: async () => {
          const key = { namespace: "default", name: started.main.metadata.name };
          const kind = builder.strategy.needs[0] as ApiKind;
          return await cluster.patch(resourceOf(kind), key, builder.strategy.cancelPatch);
        },
      };
    },
    become: async ({ status, related = [] }) => {
      if (current === undefined) throw new Error("nothing was started");
      const { builder } = current;
      current.main = await put(builder.strategy.needs[0] as ApiKind, current.main, status);
      const [kind] = builder.strategy.watches;
      current.related = [];
      for (const object of related) {
        if (kind === undefined) throw new Error("nothing related is watched");
        await cluster.create(resourceOf(kind), object as Stored).catch(() => undefined);
        current.related.push(await put(kind, object, object.status as object));
      }
    },
  };
}

function resourceOf({ group, version, kind, plural }: ApiKind): Resource<Stored> {
  return { group, version, kind, plural, namespaced: true };
}

/** `stored` with its fields in the order of `sent`, so that both can be compared as text; extra fields stay away. */
function inOrderOf(sent: unknown, stored: unknown): unknown {
  if (Array.isArray(sent))
    return sent.map((entry, index) => inOrderOf(entry, (stored as unknown[] | undefined)?.[index]));
  if (typeof sent !== "object" || sent === null) return stored;
  return Object.fromEntries(
    Object.entries(sent).map(([key, value]) => [
      key,
      inOrderOf(value, (stored as Record<string, unknown> | undefined)?.[key]),
    ]),
  );
}
