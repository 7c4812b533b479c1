import { KubeError } from "../kube-error.js";
import type { ResourceDefinition } from "./definition.js";
import type { MemoryClusterOptions } from "./memory-options.js";
import { badRequest, notFound } from "./object-rules.js";
import type { Storage } from "./storage.js";
import { type ObjectWriter, SERVER } from "./writer.js";

/** Namespaces that every cluster has. */
const INITIAL = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** The life of namespaces: objects need a living one; deleting one empties it first. */
export class Namespaces {
  readonly #storage: Storage;
  readonly #writer: ObjectWriter;
  readonly #definition: ResourceDefinition;
  readonly #autoCreate: boolean;

  constructor(storage: Storage, writer: ObjectWriter, definition: ResourceDefinition, options: MemoryClusterOptions) {
    this.#storage = storage;
    this.#writer = writer;
    this.#definition = definition;
    this.#autoCreate = options.autoCreateNamespaces === true;
    for (const name of INITIAL) this.#create(name);
  }

  /**
   * The namespace that an object is written to; `undefined` for cluster-scoped ones.
   * @throws KubeError `BadRequest` when it is missing, `NotFound`, `Forbidden` when it is being deleted
   */
  forWriting(of: ResourceDefinition, namespace: string | undefined): string | undefined {
    if (!of.resource.namespaced) return undefined;
    if (!namespace) throw badRequest("an empty namespace may not be set during creation");
    const found = this.#storage.get(this.#definition.resource, { name: namespace });
    if (found === undefined) {
      if (!this.#autoCreate) throw notFound(this.#definition, namespace);
      this.#create(namespace);
    } else if (found.object.metadata.deletionTimestamp !== undefined) {
      const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
      const cause = { reason: "NamespaceTerminating", field: "metadata.namespace", message };
      throw new KubeError({ reason: "Forbidden", message, causes: [cause] });
    }
    return namespace;
  }

  /** A namespace that is being deleted says so in its phase. */
  markTerminating(name: string): void {
    const record = this.#storage.get(this.#definition.resource, { name });
    if (record === undefined) return;
    const terminating = { ...record.object, status: { phase: "Terminating" } };
    this.#storage.put(this.#definition.resource, terminating, record.managers);
  }

  /** Removes a namespace that is empty and being deleted. */
  finish(name: string): void {
    const record = this.#storage.get(this.#definition.resource, { name });
    if (record === undefined) return;
    const object = { ...record.object, spec: {} };
    this.#writer.update(this.#definition, record, {
      object,
      kind: "patch",
      subresource: "",
      dryRun: false,
      writer: SERVER,
    });
  }

  #create(name: string): void {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    this.#writer.create(this.#definition, undefined, namespace, SERVER, false);
  }
}
