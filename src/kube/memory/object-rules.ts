import { isJsonObject, type JsonObject } from "../json.js";
import { KubeError, type StatusCause } from "../kube-error.js";
import { labelKeyProblem, labelValueProblem } from "../names.js";
import type { ObjectMeta } from "../object.js";
import { apiVersionOf } from "../resource.js";
import { qualifiedPlural, type ResourceDefinition, type StoredObject } from "./definition.js";

/** Bytes of JSON above which an object is refused: etcd's request limit. */
export const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;
const MAX_ANNOTATION_BYTES = 256 * 1024;

/** @throws KubeError `BadRequest` when the object is of another kind, or no object */
export function requireKind(definition: ResourceDefinition, object: JsonObject): void {
  const apiVersion = apiVersionOf(definition.resource);
  const { kind } = definition.resource;
  if (object["apiVersion"] === apiVersion && object["kind"] === kind && isJsonObject(object["metadata"])) return;
  throw new KubeError({
    reason: "BadRequest",
    message: `the object provided is unrecognized or of another kind (must be ${apiVersion} ${kind} with metadata)`,
  });
}

/** @throws KubeError `RequestEntityTooLarge` */
export function requireSize(object: JsonObject): void {
  const bytes = Buffer.byteLength(JSON.stringify(object));
  if (bytes <= MAX_OBJECT_BYTES) return;
  throw new KubeError({
    reason: "RequestEntityTooLarge",
    message: `Request entity too large: ${bytes} bytes, limit is ${MAX_OBJECT_BYTES}`,
  });
}

/** @throws KubeError `Invalid` when there are causes */
export function requireValid(definition: ResourceDefinition, name: string, causes: readonly StatusCause[]): void {
  if (causes.length === 0) return;
  const { kind, group } = definition.resource;
  const texts = causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message));
  throw new KubeError({
    reason: "Invalid",
    message: `${group === "" ? kind : `${kind}.${group}`} "${name}" is invalid: ${
      texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`
    }`,
    causes,
  });
}

/** What the rules that hold for the metadata of all objects refuse. */
export function metadataProblems(
  definition: ResourceDefinition,
  meta: ObjectMeta,
  old: StoredObject | undefined,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const invalid = (field: string, value: string, problem: string): void => {
    causes.push({
      field: `metadata.${field}`,
      message: `Invalid value: ${JSON.stringify(value)}: ${problem}`,
      reason: "FieldValueInvalid",
    });
  };
  const nameProblem = definition.nameProblem(meta.name);
  if (nameProblem !== undefined) invalid("name", meta.name, nameProblem);
  for (const [key, value] of Object.entries(meta.labels ?? {})) {
    const problem = labelKeyProblem(key) ?? labelValueProblem(value);
    if (problem !== undefined) invalid("labels", value, problem);
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(meta.annotations ?? {})) {
    const problem = labelKeyProblem(key.toLowerCase());
    if (problem !== undefined) invalid("annotations", key, problem);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATION_BYTES) {
    causes.push({
      field: "metadata.annotations",
      message: `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`,
    });
  }
  (meta.ownerReferences ?? []).forEach((owner, index) => {
    for (const field of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!owner[field]) invalid(`ownerReferences[${index}].${field}`, "", "must not be empty");
    }
  });
  if ((meta.ownerReferences ?? []).filter((owner) => owner.controller).length > 1) {
    invalid("ownerReferences", "", "Only one reference can have Controller set to true");
  }
  for (const finalizer of meta.finalizers ?? []) {
    const problem = labelKeyProblem(finalizer);
    if (problem !== undefined) invalid("finalizers", finalizer, problem);
  }
  if (old?.metadata.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((name) => !(old.metadata.finalizers ?? []).includes(name));
    if (added.length > 0) {
      causes.push({
        field: "metadata.finalizers",
        message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
        reason: "FieldValueForbidden",
      });
    }
  }
  return causes;
}

export function notFound(definition: ResourceDefinition, name: string): KubeError {
  return new KubeError({ reason: "NotFound", message: `${qualifiedPlural(definition.resource)} "${name}" not found` });
}

export function alreadyExists(definition: ResourceDefinition, name: string): KubeError {
  const { resource } = definition;
  return new KubeError({ reason: "AlreadyExists", message: `${qualifiedPlural(resource)} "${name}" already exists` });
}

export function conflict(definition: ResourceDefinition, name: string, problem: string): KubeError {
  return new KubeError({
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${qualifiedPlural(definition.resource)} "${name}": ${problem}`,
  });
}

export function internalError(message: string): KubeError {
  return new KubeError({ reason: "InternalError", message: `Internal error occurred: ${message}` });
}

export function badRequest(message: string): KubeError {
  return new KubeError({ reason: "BadRequest", message });
}
