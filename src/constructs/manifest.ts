import { ApiObject, type ApiObjectMetadata } from "cdk8s";
import type { Construct } from "constructs";

/** One object, as it will be written. `spec` and other top-level fields are kept as they are, patches included. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiObjectMetadata;
}

/**
 * An API object of exactly these fields. Unlike the classes that `cdk8s import` generates, it drops nothing, so that
 * `addJsonPatch` reaches fields of newer Kubernetes versions too.
 */
export function manifest<T extends Manifest>(scope: Construct, id: string, object: T): ApiObject {
  return new ApiObject(scope, id, object);
}
