import { toRfc3339 } from "../../api/instant.js";
import type { Clock } from "../clock.js";
import type { DeleteOptions } from "../cluster.js";
import { cloneJson, equalJson, isJsonObject, type JsonObject } from "../json.js";
import { KubeError } from "../kube-error.js";
import type { ObjectKey, ObjectMeta } from "../object.js";
import { keyOf } from "../object-key.js";
import type { Random } from "../random.js";
import type { ResourceDefinition, StoredObject } from "./definition.js";
import { afterUpdate, type FieldManager, onlyPresent, sameManagers, type Writer } from "./managed-fields.js";
import {
  alreadyExists,
  conflict,
  internalError,
  metadataProblems,
  notFound,
  requireKind,
  requireSize,
  requireValid,
} from "./object-rules.js";
import type { Storage, StoredRecord } from "./storage.js";

/** Finalizers of the garbage collector. */
export const ORPHAN = "orphan";
export const FOREGROUND = "foregroundDeletion";

/** Writes that the server does itself. */
export const SERVER: Writer = { name: "kube-controller-manager", operation: "Update", subresource: "" };

/** Metadata that clients cannot set. */
const SERVER_OWNED = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
] as const;

export interface WriterOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
}

/** A new state of an object, before the server's own rules are applied to it. */
export interface Update {
  readonly object: JsonObject;
  /** A replacement of another incarnation is a conflict; a patch or apply that names one is invalid. */
  readonly kind: "replace" | "patch";
  readonly subresource: "" | "status";
  readonly dryRun: boolean;
  /** Write even when nothing changes. @default false */
  readonly always?: boolean;
  /** Owners as a server-side apply left them; an ordinary update computes them from `writer`. */
  readonly managers?: readonly FieldManager[];
  readonly writer: Writer;
}

/** What happens between a request and the storage: identity, generations, validation, finalizers. */
export class ObjectWriter {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** @param managers owners as a server-side apply computed them */
  create(
    definition: ResourceDefinition,
    namespace: string | undefined,
    input: JsonObject,
    writer: Writer,
    dryRun: boolean,
    managers?: readonly FieldManager[],
  ): StoredObject {
    const { storage, clock } = this.#options;
    requireKind(definition, input);
    requireSize(input);
    let object = cloneJson(input);
    const meta = object["metadata"] as ObjectMeta & JsonObject;
    if (meta.resourceVersion) throw internalError("resourceVersion should not be set on objects to be created");
    for (const field of [...SERVER_OWNED, "resourceVersion", "managedFields", "selfLink"]) delete meta[field];
    dropEmpty(meta);
    if (namespace === undefined) delete meta.namespace;
    else meta.namespace = namespace;
    meta.name = meta.name || this.#generateName(definition, namespace, meta.generateName);
    meta.uid = this.#uid();
    meta.creationTimestamp = toRfc3339(clock.now());
    if (definition.hasGeneration) meta.generation = 1;
    object = definition.prepare(object, undefined);
    requireValid(definition, meta.name, [
      ...metadataProblems(definition, meta, undefined),
      ...definition.validate(object, undefined),
    ]);
    if (storage.get(definition.resource, keyOf(object as StoredObject)) !== undefined) {
      throw alreadyExists(definition, meta.name);
    }
    const stored = object as StoredObject;
    if (dryRun) return stored;
    const owners = managers ?? afterUpdate([], writer, undefined, object, definition.rules);
    return storage.put(definition.resource, stored, onlyPresent(owners, object, definition.rules));
  }

  /** @returns the new state; the old one when nothing changes; the last one when that ended the object's deletion */
  update(definition: ResourceDefinition, record: StoredRecord, update: Update): StoredObject {
    const { storage } = this.#options;
    const old = record.object;
    const { name } = old.metadata;
    requireKind(definition, update.object);
    requireSize(update.object);
    let object = cloneJson(update.object);
    const meta = object["metadata"] as ObjectMeta & JsonObject;
    this.#checkPreconditions(definition, old, meta, update.kind);
    this.#restoreServerOwned(meta, old);
    if (update.subresource === "status") object = withStatus(old, object["status"]);
    else if (definition.hasStatus) object = withStatus(object, old["status"]);
    object = definition.prepare(object, old);
    const now = object["metadata"] as ObjectMeta;
    requireValid(definition, name, [...metadataProblems(definition, now, old), ...definition.validate(object, old)]);
    if (definition.hasGeneration && contentChanged(old, object)) now.generation = (old.metadata.generation ?? 0) + 1;
    const managers = onlyPresent(
      update.managers ?? afterUpdate(record.managers, update.writer, old, object, definition.rules),
      object,
      definition.rules,
    );
    const changed = !equalJson(old, object);
    if (!changed && !update.always && sameManagers(managers, record.managers)) return old;
    const stored = object as StoredObject;
    if (update.dryRun) return stored;
    if (isReadyToGo(stored)) {
      storage.remove(definition.resource, keyOf(stored));
      return stored;
    }
    return storage.put(definition.resource, stored, managers);
  }

  /** Deletes, or begins the deletion of an object that has finalizers or a grace period. */
  delete(definition: ResourceDefinition, key: ObjectKey, options: DeleteOptions = {}): void {
    const { storage, clock } = this.#options;
    const record = storage.get(definition.resource, key);
    if (record === undefined) throw notFound(definition, key.name);
    const { object, managers } = record;
    const { uid, resourceVersion } = object.metadata;
    if (options.uid !== undefined && options.uid !== uid) {
      throw conflict(
        definition,
        key.name,
        `the UID in the precondition (${options.uid}) does not match the UID in record (${uid})`,
      );
    }
    if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
      throw conflict(
        definition,
        key.name,
        `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion})`,
      );
    }
    const meta: ObjectMeta = { ...object.metadata, ...finalizersFor(object.metadata, options.propagationPolicy) };
    if (meta.finalizers?.length === 0) delete meta.finalizers;
    const grace = definition.gracePeriod(object, options.gracePeriodSeconds);
    const deleting = meta.deletionTimestamp !== undefined;
    const before = meta.deletionGracePeriodSeconds ?? 0;
    if (!deleting || grace < before) {
      meta.deletionTimestamp = toRfc3339(clock.now() + grace * 1000);
      meta.deletionGracePeriodSeconds = grace;
      if (!deleting && meta.generation !== undefined) meta.generation++;
    }
    const next: StoredObject = { ...object, metadata: meta };
    if (isReadyToGo(next)) storage.remove(definition.resource, key);
    else if (!equalJson(next, object)) storage.put(definition.resource, next, managers);
  }

  #checkPreconditions(definition: ResourceDefinition, old: StoredObject, meta: ObjectMeta, kind: Update["kind"]): void {
    const { name, uid, resourceVersion } = old.metadata;
    if (meta.uid !== undefined && meta.uid !== uid) {
      if (kind === "patch") {
        const message = `Invalid value: ${JSON.stringify(meta.uid)}: field is immutable`;
        requireValid(definition, name, [{ field: "metadata.uid", message, reason: "FieldValueInvalid" }]);
      }
      throw conflict(
        definition,
        name,
        `Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${uid}`,
      );
    }
    if (meta.resourceVersion && meta.resourceVersion !== resourceVersion) {
      throw conflict(
        definition,
        name,
        "the object has been modified; please apply your changes to the latest version and try again",
      );
    }
  }

  #restoreServerOwned(meta: ObjectMeta & JsonObject, old: StoredObject): void {
    for (const field of [...SERVER_OWNED, "resourceVersion", "namespace", "name", "generateName"] as const) {
      const value = old.metadata[field];
      if (value === undefined) delete meta[field];
      else (meta as JsonObject)[field] = value;
    }
    delete meta["managedFields"];
    delete meta["selfLink"];
    dropEmpty(meta);
  }

  #generateName(definition: ResourceDefinition, namespace: string | undefined, base: string | undefined): string {
    if (!base) {
      throw new KubeError({
        reason: "Invalid",
        message: `${definition.resource.kind} is invalid: metadata.name: Required value: name or generateName is required`,
        causes: [{ field: "metadata.name", message: "Required value: name or generateName is required" }],
      });
    }
    const { storage, random } = this.#options;
    let name = "";
    for (let attempt = 0; attempt < 8; attempt++) {
      const suffix = Array.from({ length: 5 }, () =>
        SUFFIX_LETTERS.charAt(Math.floor(random() * SUFFIX_LETTERS.length)),
      );
      name = `${base.slice(0, 58)}${suffix.join("")}`;
      if (storage.get(definition.resource, namespace === undefined ? { name } : { namespace, name }) === undefined)
        break;
    }
    return name;
  }

  #uid(): string {
    const digits = Array.from({ length: 32 }, () => Math.floor(this.#options.random() * 16).toString(16)).join("");
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
  }
}

/** No vowels, so that no words come out; no characters that look alike. */
const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** Maps and lists in metadata that are not stored when they are empty. */
const OMITTED_WHEN_EMPTY = ["finalizers", "labels", "annotations", "ownerReferences"] as const;

function dropEmpty(meta: ObjectMeta): void {
  for (const field of OMITTED_WHEN_EMPTY) {
    const value: object | null | undefined = meta[field];
    if (value !== undefined && (value === null || Object.keys(value).length === 0)) delete meta[field];
  }
}

/**
 * Whether a configuration applies an empty map or list that is not stored: a real API server finds a difference, and
 * writes, every time. Leave such fields out.
 */
export function appliesUnstored(wanted: ObjectMeta, stored: ObjectMeta): boolean {
  return OMITTED_WHEN_EMPTY.some((field) => {
    const value: object | undefined = wanted[field];
    return value !== undefined && Object.keys(value).length === 0 && stored[field] === undefined;
  });
}

function withStatus(object: JsonObject, status: unknown): JsonObject {
  const copy = cloneJson(object);
  if (status === undefined || status === null) delete copy["status"];
  else copy["status"] = cloneJson(status);
  return copy;
}

function contentChanged(old: JsonObject, object: JsonObject): boolean {
  const content = ({ metadata: _metadata, status: _status, ...rest }: JsonObject): JsonObject => rest;
  return !equalJson(content(old), content(object));
}

function isReadyToGo(object: StoredObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  const content =
    object["kind"] === "Namespace" && isJsonObject(object["spec"]) ? object["spec"]["finalizers"] : undefined;
  const held = finalizers.length > 0 || (Array.isArray(content) && content.length > 0);
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && !held;
}

function finalizersFor(
  meta: ObjectMeta,
  policy: DeleteOptions["propagationPolicy"] = "Background",
): Pick<ObjectMeta, "finalizers"> {
  const others = (meta.finalizers ?? []).filter((name) => name !== ORPHAN && name !== FOREGROUND);
  switch (policy) {
    case "Background":
      return { finalizers: others };
    case "Foreground":
      return { finalizers: [...others, FOREGROUND] };
    case "Orphan":
      return { finalizers: [...others, ORPHAN] };
    default:
      return policy satisfies never;
  }
}
