import type { JsonObject } from "../json.js";
import type { StatusCause } from "../kube-error.js";
import type { KubernetesObject } from "../object.js";
import type { Resource } from "../resource.js";
import type { MergeRules } from "./merge-rules.js";

/** An object as it is stored: never changed, only replaced. */
export type StoredObject = KubernetesObject & JsonObject;

/** What the embedded server knows of one resource: the behaviour in which resources differ. */
export interface ResourceDefinition {
  readonly resource: Resource;
  /** Main-resource writes ignore `status`, which has an endpoint of its own. */
  readonly hasStatus: boolean;
  /** `metadata.generation` counts the changes of everything but metadata and status. */
  readonly hasGeneration: boolean;
  /** A replacement without resourceVersion wins over whatever is there. */
  readonly unconditionalReplace: boolean;
  readonly rules: MergeRules;
  readonly nameProblem: (name: string) => string | undefined;
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectableFields: ReadonlyMap<string, (object: StoredObject) => string>;
  /** Defaults, pruning, initial status; changes `object` in place or returns another. */
  readonly prepare: (object: JsonObject, old: StoredObject | undefined) => JsonObject;
  readonly validate: (object: JsonObject, old: StoredObject | undefined) => readonly StatusCause[];
  /** Seconds that a deletion waits for somebody to finish it; 0 = none. */
  readonly gracePeriod: (object: StoredObject, asked: number | undefined) => number;
}

/** Identity of a resource type: group and plural. */
export function resourceId(resource: Resource): string {
  return `${resource.plural}.${resource.group}`;
}

/** `pods "a" not found` names resources as the API server does: with the group, if there is one. */
export function qualifiedPlural(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}
