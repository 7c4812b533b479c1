import { PERMISSIONS, type Permission, type PermissionFeature } from "../../api/index.js";

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Rules for the declared permissions of some places, without those of features that are off. */
export function permissionRules(
  where: readonly Permission["where"][],
  features: ReadonlySet<PermissionFeature>,
): PolicyRule[] {
  return PERMISSIONS.filter((row) => where.includes(row.where))
    .filter((row) => row.feature === undefined || features.has(row.feature))
    .map((row) => ({
      apiGroups: [row.group],
      resources: [...row.resources],
      verbs: [...row.verbs],
      ...(row.names === undefined ? {} : { resourceNames: [...row.names] }),
    }));
}
