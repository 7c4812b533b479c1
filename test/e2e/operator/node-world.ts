import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { OPERATOR_NAMESPACE, type OperatorConfigInput } from "../../../src/api/index.js";
import { isKubeError, SERVICE_ACCOUNTS } from "../../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import { readAuditLog } from "./audit-log.js";
import { DeployedOperators } from "./deployed-operators.js";
import { eventually } from "./eventually.js";
import { startGitServers } from "./git-servers.js";
import { LogThief } from "./log-thief.js";
import { NodeContainers } from "./node-containers.js";
import { type PackageIndex, startPackageIndex } from "./package-index.js";
import { mustSucceed, runCommand } from "./run-command.js";
import { scrapeMetrics } from "./scrape-metrics.js";
import { STORY_CONFIG, type World } from "./world.js";

/** The node's address, and its registry: test/cluster/node/state.sh. */
const NODE_ADDRESS = "10.98.0.2";
export const REGISTRY = `${NODE_ADDRESS}:5000`;
/** A registry that speaks TLS, under the cluster's own authority, and asks for {@link REGISTRY_LOGIN}. */
export const PRIVATE_REGISTRY = `${NODE_ADDRESS}:5001`;
export const REGISTRY_LOGIN = { username: "builder", password: "correct-horse" } as const;
const ACCOUNT = "notebook-validator-operator";
const CONFIG = "notebook-validator-config";

/** A world whose pods are containers of a real kubelet, and whose operator is a Deployment in it. */
export interface NodeWorld extends World {
  readonly containers: NodeContainers;
  readonly operators: DeployedOperators;
  /** Directory of the cluster, which goes with it. */
  readonly state: string;
  /** What pip finds in builds. */
  readonly packages: PackageIndex;
  /**
   * Makes a namespace as {@link World.namespace} does.
   * @param podSecurity what it enforces; builds need `baseline`. @default "restricted"
   */
  namespace(hint: string, podSecurity?: "restricted" | "baseline"): Promise<string>;
}

/**
 * The single-node cluster of `make test-cluster`, with the operator installed from `dist/manifests`. This process is
 * inside the cluster's network namespace.
 *
 * @param state directory of that cluster
 */
export async function startNodeWorld(state: string): Promise<NodeWorld> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await build(state, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(state: string, ends: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<NodeWorld> {
  const kubeconfig = join(state, "pki/admin.kubeconfig");
  const cluster = new LiveCluster(loadKubeConfig({ path: kubeconfig }));
  ends.push(() => cluster.close());
  const kubectl = (args: readonly string[], stdin = "") =>
    runCommand([join(state, "programs/kubectl"), `--kubeconfig=${kubeconfig}`, ...args], stdin);
  const directory = await mkdtemp(join(tmpdir(), "nbv-node-world-"));
  ends.push(() => rm(directory, { recursive: true, force: true }));
  const git = await startGitServers(join(directory, "git"), NODE_ADDRESS);
  ends.push(() => git.close());
  const packages = await startPackageIndex(join(state, "cache/wheels"), join(directory, "wheels"), NODE_ADDRESS);
  ends.push(() => packages.close());
  const clusterAuthority = await readFile(join(state, "pki/ca.crt"), "utf8");
  const containers = new NodeContainers(state);
  const operators = new DeployedOperators({
    cluster,
    kubectl,
    containers,
    systemNamespace: OPERATOR_NAMESPACE,
    podLogs: join(state, "pod-logs"),
  });
  await operators.configure(async () => {
    const { stdout } = await mustSucceed(
      kubectl(["get", `configmap/${CONFIG}`, "-n", OPERATOR_NAMESPACE, "-o", "json"]),
    );
    const shipped = parse((JSON.parse(stdout) as { data: Record<string, string> }).data["config.yaml"] ?? "") as object;
    const config: OperatorConfigInput = {
      ...shipped,
      ...STORY_CONFIG,
      // A kubelet looks again at a pod that could not start after 10 to 20 s.
      patience: { ...STORY_CONFIG.patience, startupGrace: "30s" },
      // One small node takes the pods of many jobs, but not all at once: that of two cores has place for 18 fetches.
      concurrency: { validations: 12, validationsPerNamespace: 12, builds: 3 },
      defaultResources: { requests: { cpu: "10m", memory: "64Mi" } },
      network: { caBundle: git.authority + clusterAuthority, pipIndexUrl: packages.url, pipTrustedHost: packages.host },
      registry: { host: REGISTRY, insecure: true },
      defaultImages: { notebook: `${REGISTRY}/notebook:1`, base: `${REGISTRY}/kernel:3` },
      build: { strategy: "tekton", builderImage: `${REGISTRY}/builder:1`, storageDriver: "overlay" },
    };
    const patch = JSON.stringify({ data: { "config.yaml": stringify(config) } });
    await mustSucceed(kubectl(["patch", `configmap/${CONFIG}`, "-n", OPERATOR_NAMESPACE, "--patch", patch]));
  });
  await operators.scale(1);
  const thief = new LogThief(join(state, "pod-logs"));
  ends.push(async () => thief.stop());
  let namespaces = 0;
  return {
    name: "node",
    state,
    cluster,
    containers,
    git,
    packages,
    operators,
    images: { notebook: `${REGISTRY}/notebook:1`, missing: `${REGISTRY}/missing:1` },
    faults: {
      loseLogs: async (namespace) => thief.rob(namespace),
      async restartApiServer() {
        await mustSucceed(
          runCommand([join(import.meta.dirname, "../../cluster/node/restart.sh"), state, "kube-apiserver"]),
        );
        await eventually("the API server", 60_000, async () =>
          (await kubectl(["get", "--raw=/readyz"])).code === 0 ? true : undefined,
        );
      },
    },
    // A kubelet starts containers one after the other, and looks at a pod again after seconds.
    nodeMs: 15_000,
    systemNamespace: OPERATOR_NAMESPACE,
    account: `system:serviceaccount:${OPERATOR_NAMESPACE}:${ACCOUNT}`,
    kubectl,
    async namespace(hint, podSecurity = "restricted") {
      namespaces += 1;
      // Unlike those of an earlier run on the same cluster.
      const name = `${hint}-${process.pid}-${namespaces}`;
      const labels = { "pod-security.kubernetes.io/enforce": podSecurity };
      const object = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
      await mustSucceed(kubectl(["create", "--filename=-"], JSON.stringify(object)));
      await eventually("its ServiceAccount", 30_000, () =>
        cluster.get(SERVICE_ACCOUNTS, { namespace: name, name: "default" }).catch((error: unknown) => {
          if (isKubeError(error, "NotFound")) return undefined;
          throw error;
        }),
      );
      ends.push(() => kubectl(["delete", "namespace", name, "--wait=false"]));
      return name;
    },
    async metrics(token) {
      const { pod } = await eventually("a leader", 60_000, () => operators.leadingPod());
      return await scrapeMetrics({ host: pod.status?.podIP ?? "", port: 8443 }, token);
    },
    audit: () => readAuditLog(join(state, "audit/audit.log")),
    stop,
  };
}

/** Where the cluster lives that `make test-cluster` has started; `undefined` outside of it. */
export async function nodeCluster(): Promise<string | undefined> {
  const state = process.env["NBV_TEST_CLUSTER"];
  if (!state) return undefined;
  await readFile(join(state, ".nbv-test-cluster")); // throws for what the harness did not make
  return state;
}
