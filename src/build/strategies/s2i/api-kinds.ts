import type { ApiKind } from "../build-strategy.js";

/** Served by OpenShift's own API server, not as a CRD. */
export const OPENSHIFT_BUILD: ApiKind = {
  group: "build.openshift.io",
  version: "v1",
  kind: "Build",
  plural: "builds",
};
