import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { type ControlPlane, startControlPlane } from "../../test/cluster/control-plane.js";
import { AUDIT_POLICY } from "./audit-log.js";

/** Who asks the API server; the audit log tells them apart. The operator has its ServiceAccount's name and so its role. */
export const USERS = {
  operator: "system:serviceaccount:notebook-validator-system:notebook-validator-operator",
  loop: "bench:bare-loop",
  node: "bench:node",
  author: "bench:author",
} as const;
export type User = keyof typeof USERS;

const GROUPS: Readonly<Record<User, string>> = {
  operator: "system:serviceaccounts,system:serviceaccounts:notebook-validator-system",
  loop: "system:masters",
  node: "system:masters",
  author: "system:masters",
};

/** Namespaces of the benchmark's jobs. */
export const NAMESPACES = ["team-a", "team-b", "team-c", "team-d", "team-e"] as const;
export const OPERATOR_NAMESPACE = "notebook-validator-system";

/** A real API server with an audit log, our CRD and our synthesized roles. */
export interface BenchCluster {
  readonly plane: ControlPlane;
  readonly auditLog: string;
  kubeconfig(user: User): string;
  connect(user: User): LiveCluster;
  stop(): Promise<void>;
}

export async function startBenchCluster(): Promise<BenchCluster> {
  const directory = await mkdtemp(join(tmpdir(), "nbv-bench-"));
  const file = (name: string): string => join(directory, name);
  const tokens = Object.fromEntries(Object.keys(USERS).map((user) => [user, randomBytes(24).toString("hex")]));
  const lines = Object.entries(USERS).map(
    ([user, name]) => `${tokens[user]},${name},${user},"${GROUPS[user as User]}"\n`,
  );
  await writeFile(file("tokens.csv"), lines.join(""), { mode: 0o600 });
  await writeFile(file("audit-policy.json"), JSON.stringify(AUDIT_POLICY));
  const plane = await startControlPlane({
    apiServerArguments: [
      `--token-auth-file=${file("tokens.csv")}`,
      `--audit-policy-file=${file("audit-policy.json")}`,
      `--audit-log-path=${file("audit.log")}`,
      "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
    ],
  });
  const admin = JSON.parse(await readFile(plane.kubeconfig, "utf8")) as { users: unknown[] };
  for (const [user, token] of Object.entries(tokens)) {
    const config = { ...admin, users: [{ name: "admin", user: { token } }] };
    await writeFile(file(`${user}.kubeconfig`), JSON.stringify(config), { mode: 0o600 });
  }
  const kubeconfig = (user: User): string => file(`${user}.kubeconfig`);
  const opened: LiveCluster[] = [];
  const connect = (user: User): LiveCluster => {
    const cluster = new LiveCluster(loadKubeConfig({ path: kubeconfig(user) }));
    opened.push(cluster);
    return cluster;
  };
  const stop = async (): Promise<void> => {
    for (const cluster of opened) await cluster.close();
    await plane.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await install(connect("author"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { plane, auditLog: file("audit.log"), kubeconfig, connect, stop };
}

/** Resource names of the kinds that a running operator needs of dist/manifests; its Deployment and webhook stay out. */
const INSTALLED: Readonly<Record<string, readonly [plural: string, namespaced: boolean]>> = {
  Namespace: ["namespaces", false],
  CustomResourceDefinition: ["customresourcedefinitions", false],
  ServiceAccount: ["serviceaccounts", true],
  ClusterRole: ["clusterroles", false],
  ClusterRoleBinding: ["clusterrolebindings", false],
  Role: ["roles", true],
  RoleBinding: ["rolebindings", true],
};

async function install(cluster: LiveCluster): Promise<void> {
  for (const manifest of ["dist/manifests/0000-api.k8s.yaml", "dist/manifests/0001-operator.k8s.yaml"]) {
    for (const document of parseAllDocuments(await readFile(manifest, "utf8"))) {
      const object = document.toJS() as KubernetesObject;
      const [plural, namespaced] = INSTALLED[object.kind] ?? [];
      if (plural === undefined) continue;
      const [group = "", version = ""] = object.apiVersion.includes("/")
        ? object.apiVersion.split("/")
        : ["", object.apiVersion];
      await cluster.apply({ group, version, kind: object.kind, plural, namespaced: namespaced === true }, object);
    }
  }
  const namespaces = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
  for (const name of NAMESPACES) {
    await cluster.apply(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
}
