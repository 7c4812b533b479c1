import type { Selection } from "../cluster.js";
import { type FieldRequirement, parseFieldSelector } from "../field-selector.js";
import { KubeError } from "../kube-error.js";
import { labelPredicate } from "../label-selector.js";
import type { ResourceDefinition, StoredObject } from "./definition.js";

/** Whether an object belongs to a selection. */
export type Selects = (object: StoredObject) => boolean;

/** Compiles a selection. @throws KubeError `BadRequest` for selectors that the API server refuses */
export function compileSelection(definition: ResourceDefinition, selection: Selection): Selects {
  const labels = labelPredicate(selection.labelSelector);
  const fields = parseFieldSelector(selection.fieldSelector ?? "").map((term) => fieldPredicate(definition, term));
  const { namespace } = selection;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels(object.metadata.labels) &&
    fields.every((holds) => holds(object));
}

function fieldPredicate(definition: ResourceDefinition, { field, equal, value }: FieldRequirement): Selects {
  const read =
    field === "metadata.name"
      ? (object: StoredObject) => object.metadata.name
      : field === "metadata.namespace"
        ? (object: StoredObject) => object.metadata.namespace ?? ""
        : definition.selectableFields.get(field);
  if (read === undefined) {
    throw new KubeError({ reason: "BadRequest", message: `field label not supported: ${field}` });
  }
  return (object) => (read(object) === value) === equal;
}
