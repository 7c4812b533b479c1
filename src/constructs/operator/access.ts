import type { ApiObject } from "cdk8s";
import { ServiceAccount } from "cdk8s-plus-28";
import type { Construct } from "constructs";
import { GROUP, OPERATOR_NAME, type PermissionFeature, PLURAL } from "../../api/index.js";
import { manifest } from "../manifest.js";
import { standardLabels } from "../standard-labels.js";
import { type PolicyRule, permissionRules } from "./permission-rules.js";

const rbac = "rbac.authorization.k8s.io/v1";

export interface OperatorAccessProps {
  readonly namespace: string;
  /** Namespaces whose jobs are served; empty = all. */
  readonly jobNamespaces: readonly string[];
  /** Namespace of all builds; undefined = each job's own. */
  readonly buildNamespace: string | undefined;
  /** Namespaces whose Secrets may be listed and watched. */
  readonly secretWatchNamespaces: readonly string[];
  /** Namespaces in which derived Secrets are written. */
  readonly derivedSecretNamespaces: readonly string[];
  readonly features: ReadonlySet<PermissionFeature>;
}

/** The operator's ServiceAccount, and the least roles that the declared permissions ask for. */
export function addOperatorAccess(scope: Construct, props: OperatorAccessProps): ServiceAccount {
  const { namespace, features } = props;
  const account = new ServiceAccount(scope, "ServiceAccount", {
    metadata: { name: OPERATOR_NAME, namespace, labels: standardLabels("operator") },
    // The Deployment mounts the token itself; other pods of the account get none.
    automountToken: false,
  });
  const everywhere = props.jobNamespaces.length === 0;
  const cluster = permissionRules(everywhere ? ["jobs", "cluster"] : ["cluster"], features);
  if (cluster.length > 0) bindClusterRole(scope, account, namespace, cluster);
  bindRole(scope, "Own", account, namespace, namespace, OPERATOR_NAME, permissionRules(["own"], features));
  for (const served of props.jobNamespaces) {
    bindRole(
      scope,
      `Jobs-${served}`,
      account,
      namespace,
      served,
      `${OPERATOR_NAME}-jobs`,
      permissionRules(["jobs"], features),
    );
  }
  const { buildNamespace } = props;
  if (buildNamespace !== undefined && !everywhere && !props.jobNamespaces.includes(buildNamespace)) {
    const rules = permissionRules(["jobs"], features).filter(isOfBuilds);
    bindRole(scope, `Builds-${buildNamespace}`, account, namespace, buildNamespace, `${OPERATOR_NAME}-builds`, rules);
  }
  for (const watched of props.secretWatchNamespaces) {
    bindRole(scope, `Secrets-${watched}`, account, namespace, watched, `${OPERATOR_NAME}-secret-watch`, [
      { apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"] },
    ]);
  }
  for (const written of props.derivedSecretNamespaces) {
    bindRole(scope, `DerivedSecrets-${written}`, account, namespace, written, `${OPERATOR_NAME}-derived-secrets`, [
      { apiGroups: [""], resources: ["secrets"], verbs: ["create", "patch", "delete"] },
    ]);
  }
  return account;
}

/** What builds need in a namespace of their own: the builds, their logs, and Secrets for registries. */
function isOfBuilds({ apiGroups: [group = ""], resources }: PolicyRule): boolean {
  if (group === "") return resources.includes("pods/log") || resources.includes("secrets");
  return ["tekton.dev", "build.openshift.io", "shipwright.io"].includes(group);
}

/** ClusterRoles that add jobs to the built-in `view`, `edit` and `admin` roles. */
export function addAggregatedRoles(scope: Construct): ApiObject[] {
  const jobs = (resources: string[], verbs: string[]): PolicyRule => ({ apiGroups: [GROUP], resources, verbs });
  const role = (id: string, name: string, aggregateTo: string[], rules: PolicyRule[]): ApiObject =>
    manifest(scope, id, {
      apiVersion: rbac,
      kind: "ClusterRole",
      metadata: {
        name,
        labels: standardLabels(
          "api",
          Object.fromEntries(aggregateTo.map((to) => [`rbac.authorization.k8s.io/aggregate-to-${to}`, "true"])),
        ),
      },
      rules,
    });
  return [
    role(
      "View",
      `${PLURAL}-view`,
      ["view", "edit", "admin"],
      [jobs([PLURAL, `${PLURAL}/status`], ["get", "list", "watch"])],
    ),
    role(
      "Edit",
      `${PLURAL}-edit`,
      ["edit", "admin"],
      [jobs([PLURAL], ["create", "update", "patch", "delete", "deletecollection"])],
    ),
  ];
}

function bindClusterRole(
  scope: Construct,
  account: ServiceAccount,
  namespace: string,
  rules: readonly PolicyRule[],
): void {
  const labels = standardLabels("operator");
  const name = OPERATOR_NAME;
  manifest(scope, "ClusterRole", { apiVersion: rbac, kind: "ClusterRole", metadata: { name, labels }, rules });
  manifest(scope, "ClusterRoleBinding", {
    apiVersion: rbac,
    kind: "ClusterRoleBinding",
    metadata: { name, labels },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name: account.name, namespace }],
  });
}

function bindRole(
  scope: Construct,
  id: string,
  account: ServiceAccount,
  accountNamespace: string,
  namespace: string,
  name: string,
  rules: readonly PolicyRule[],
): void {
  const metadata = { name, namespace, labels: standardLabels("operator") };
  manifest(scope, `${id}Role`, { apiVersion: rbac, kind: "Role", metadata, rules });
  manifest(scope, `${id}RoleBinding`, {
    apiVersion: rbac,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name: account.name, namespace: accountNamespace }],
  });
}
