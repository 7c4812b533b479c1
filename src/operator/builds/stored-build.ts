import type { ApiKind, BuildObject } from "../../build/index.js";
import type { KubernetesObject } from "../../kube/object.js";
import type { Resource } from "../../kube/resource.js";

/** An object of a build as the API server has it: its kind's own controller knows the rest of it. */
export type StoredBuild = KubernetesObject & {
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
};

/** The resource of a kind of build objects; all of them live in namespaces. */
export function resourceOfKind({ group, version, kind, plural }: ApiKind): Resource<StoredBuild> {
  return { group, version, kind, plural, namespaced: true };
}

/** Names a kind, whatever its version. */
export function kindId({ group, plural }: Pick<ApiKind, "group" | "plural">): string {
  return `${plural}.${group}`;
}

/** Whether an object is of a kind. */
export function isOfKind({ apiVersion, kind }: Pick<BuildObject, "apiVersion" | "kind">, of: ApiKind): boolean {
  return kind === of.kind && apiVersion === `${of.group}/${of.version}`;
}

/**
 * A build's object as it is cached. Copies of the definition that it runs, which are its longest part by far, are left out:
 * nobody reads them again.
 */
export function cachedBuild(object: StoredBuild): StoredBuild {
  return { ...object, spec: withoutDefinition(object.spec), status: withoutDefinition(object.status) };
}

const DEFINITIONS: ReadonlySet<string> = new Set(["pipelineSpec", "taskSpec", "buildSpec", "provenance"]);

function withoutDefinition(part: unknown): unknown {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).filter(([field]) => !DEFINITIONS.has(field)));
}
