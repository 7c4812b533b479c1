/**
 * Public API of the package: constructs for synthesis, and the contract (types, schemas, CRD) under `api`.
 * Nothing here loads a Kubernetes client.
 */
export * as api from "./api/index.js";
export * from "./constructs/index.js";
