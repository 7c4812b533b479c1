import type { PodSecurityContext, SecurityContext } from "kubernetes-types/core/v1.js";

/** User and group of both containers where the cluster doesn't assign its own: `nonroot` of distroless images. */
export const NOTEBOOK_UID = 65532;

/**
 * Pod Security *restricted*. Both containers share one user, so that the key's file (mode 0600) passes between them.
 * What the job sets itself wins; the API server, not we, decides whether its namespace allows that.
 *
 * @param assignsUserIds true on OpenShift, whose SCCs refuse user IDs that they didn't choose.
 */
export function podSecurityContext(
  wanted: PodSecurityContext | undefined,
  assignsUserIds: boolean,
): PodSecurityContext {
  const identity = assignsUserIds
    ? {}
    : {
        runAsUser: NOTEBOOK_UID,
        runAsGroup: NOTEBOOK_UID,
        fsGroup: NOTEBOOK_UID,
        fsGroupChangePolicy: "OnRootMismatch",
      };
  return { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" }, ...identity, ...wanted };
}

/** Container part of Pod Security *restricted*. */
export function containerSecurityContext(readOnlyRootFilesystem: boolean): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem,
  };
}
