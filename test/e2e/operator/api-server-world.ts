import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { stringify } from "yaml";
import {
  OPERATOR_NAMESPACE,
  type OperatorConfigInput,
  WEBHOOK_CONFIGURATION_NAME,
  WEBHOOK_SERVICE_NAME,
} from "../../../src/api/index.js";
import { containerEnvironment } from "../../../src/cli/local-environment.js";
import { objectOf, SERVICE_ACCOUNTS } from "../../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import { chooseContainerUser } from "../../../src/local/container-user.js";
import {
  type ControlPlane,
  findControlPlane,
  NO_CONTROL_PLANE,
  startControlPlane,
} from "../../cluster/control-plane.js";
import { KUBELET_CLIENT_ARGUMENTS } from "../../cluster/node-log-server.js";
import { ProcessNode } from "../../cluster/process-node.js";
import { StandInControllers } from "../../cluster/stand-in-controllers.js";
import { PYTHON } from "../nbv.js";
import { readAuditLog } from "./audit-log.js";
import { eventually } from "./eventually.js";
import { startGitServers } from "./git-servers.js";
import { OperatorProcesses } from "./operator-processes.js";
import { mustSucceed, runCommand } from "./run-command.js";
import { scrapeMetrics } from "./scrape-metrics.js";
import { STORY_CONFIG, type World } from "./world.js";

const ROOT = join(import.meta.dirname, "../../..");
const ACCOUNT = "notebook-validator-operator";

/**
 * A world without root, images and containers: etcd and kube-apiserver on loopback, pods as processes of this one's
 * node, the operator as processes with its ServiceAccount's token.
 */
export async function startApiServerWorld(): Promise<World> {
  const assets = findControlPlane();
  if (assets === undefined) throw new Error(NO_CONTROL_PLANE);
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await build(assets, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(assets: string, ends: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), "nbv-world-"));
  // To look into what went wrong: NBV_KEEP=1 leaves logs and state where they are.
  if (process.env["NBV_KEEP"] === "1") process.stderr.write(`the world's state stays in ${directory}\n`);
  else ends.push(() => rm(directory, { recursive: true, force: true }));
  // Containers of another user pass through; what lies below has modes of its own.
  await chmod(directory, 0o711);
  const logger = pino({ level: "warn" }, pino.destination({ dest: join(directory, "node.log"), sync: true }));
  const auditLog = join(directory, "audit.log");
  const plane = await startControlPlane({
    assets,
    apiServerArguments: [
      ...KUBELET_CLIENT_ARGUMENTS,
      `--audit-log-path=${auditLog}`,
      `--audit-policy-file=${await auditPolicy(directory)}`,
      "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
    ],
  });
  ends.push(() => plane.stop());
  const cluster = new LiveCluster(loadKubeConfig({ path: plane.kubeconfig }));
  ends.push(() => cluster.close());
  const kubectl = (args: readonly string[], stdin = "") =>
    runCommand([join(assets, "kubectl"), `--kubeconfig=${plane.kubeconfig}`, ...args], stdin);

  const git = await startGitServers(join(directory, "git"));
  ends.push(() => git.close());
  const program = await bundle(directory);
  const state = join(directory, "node");
  await mkdir(state, { mode: 0o711 });
  const user = chooseContainerUser(PYTHON, [state]);
  const node = new ProcessNode({
    cluster,
    pki: plane.pki,
    logger,
    stateDirectory: state,
    programs: { python3: [PYTHON], python: [PYTHON], nbv: program },
    environment: containerEnvironment(PYTHON, {}),
    pull: (image) => (image.includes("/missing") ? notFound(image) : undefined),
    ...(user.kind === "other" ? { user: { uid: user.uid, gid: user.gid } } : {}),
  });
  ends.push(() => node.stop());
  const controllers = new StandInControllers({
    cluster,
    onError: (error) => logger.warn({ err: error }, "a stand-in controller has trouble"),
    async finalizeNamespace(namespace) {
      const { metadata } = namespace;
      const text = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata, spec: { finalizers: [] } });
      await mustSucceed(kubectl(["replace", "--raw", `/api/v1/namespaces/${metadata.name}/finalize`, "-f", "-"], text));
    },
  });
  ends.push(() => controllers.stop());
  await installManifests(kubectl);
  await node.start();
  controllers.start();

  const config: OperatorConfigInput = {
    ...STORY_CONFIG,
    fetcherCommand: ["nbv", "fetch-source"],
    git: { ...STORY_CONFIG.git, allowLoopback: true },
    network: { caBundle: git.authority },
  };
  const configFile = join(directory, "config.yaml");
  await writeFile(configFile, stringify(config));
  const operators = new OperatorProcesses({
    cluster,
    systemNamespace: OPERATOR_NAMESPACE,
    program,
    arguments: ["--kubeconfig", await accountKubeconfig(plane, directory, kubectl), "--config", configFile],
    ports: ({ health, metrics, webhook }) => [
      `--health-address=127.0.0.1:${health}`,
      `--metrics-address=127.0.0.1:${metrics}`,
      `--webhook-address=127.0.0.1:${webhook}`,
    ],
    environment: { PATH: process.env["PATH"] ?? "", HOME: directory, TMPDIR: directory },
    directory,
  });
  ends.push(() => operators.stop());
  await operators.scale(1);
  await leadWebhookTo(operators.ports[0]?.webhook ?? 0, kubectl);
  let namespaces = 0;
  return {
    name: "api-server",
    cluster,
    git,
    operators,
    images: { notebook: "registry.example.com/team/notebook:1", missing: "registry.example.com/team/missing:1" },
    faults: {
      loseLogs: async (namespace) => node.loseLogs(namespace),
      restartApiServer: () => plane.restartApiServer(),
    },
    systemNamespace: OPERATOR_NAMESPACE,
    account: `system:serviceaccount:${OPERATOR_NAMESPACE}:${ACCOUNT}`,
    kubectl,
    async namespace(hint) {
      namespaces += 1;
      const name = `${hint}-${namespaces}`;
      await mustSucceed(kubectl(["create", "namespace", name]));
      // There is no controller that makes it.
      const account = { metadata: { name: "default", namespace: name } };
      await cluster.create(SERVICE_ACCOUNTS, objectOf(SERVICE_ACCOUNTS, account));
      return name;
    },
    metrics: (token) => scrapeMetrics({ host: "127.0.0.1", port: operators.ports[0]?.metrics ?? 0 }, token),
    audit: () => readAuditLog(auditLog),
    stop,
  };
}

async function auditPolicy(directory: string): Promise<string> {
  const file = join(directory, "audit-policy.yaml");
  const policy = { apiVersion: "audit.k8s.io/v1", kind: "Policy", omitStages: ["RequestReceived"] };
  await writeFile(file, stringify({ ...policy, rules: [{ level: "Metadata" }] }));
  return file;
}

/** What the operator image holds, as it is packed from the sources. @returns how it is called */
async function bundle(directory: string): Promise<string[]> {
  const into = join(directory, "image");
  await mustSucceed(runCommand([process.execPath, join(ROOT, "scripts/bundle-operator.mjs"), into], "", ROOT));
  return [process.execPath, join(into, "nbv.js")];
}

/** Everything in `dist/manifests` whose kind this API server knows. */
async function installManifests(kubectl: World["kubectl"]): Promise<void> {
  const strictly = ["apply", "--server-side", "--validate=strict", "--filename=-"];
  const read = (name: string) => readFile(join(ROOT, "dist/manifests", name), "utf8");
  await mustSucceed(kubectl(strictly, await read("0000-api.k8s.yaml")));
  // kubectl stumbles over definitions that have no conditions at all yet.
  await eventually(
    "the definition to be served",
    30_000,
    async () =>
      (await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"])).code === 0 || undefined,
  );
  await mustSucceed(kubectl(strictly, await read("0001-operator.k8s.yaml")));
}

/**
 * Makes the Service of the webhook lead to a replica, which is no pod here: kube-apiserver follows an external name, under
 * the Service's own name. The operator's certificate and the configuration are as they are on any cluster, but for the port.
 */
async function leadWebhookTo(port: number, kubectl: World["kubectl"]): Promise<void> {
  const change = (kind: string, name: string, patch: object, type: string) =>
    mustSucceed(
      kubectl(["patch", kind, name, "-n", OPERATOR_NAMESPACE, `--type=${type}`, `--patch=${JSON.stringify(patch)}`]),
    );
  const service = { spec: { type: "ExternalName", externalName: "localhost", clusterIP: null, clusterIPs: null } };
  await change("service", WEBHOOK_SERVICE_NAME, service, "merge");
  const path = "/webhooks/0/clientConfig/service/port";
  const configuration = [{ op: "replace", path, value: port }];
  await change("validatingwebhookconfiguration", WEBHOOK_CONFIGURATION_NAME, configuration, "json");
}

/** A kubeconfig by which the operator is its ServiceAccount, and nothing more. */
async function accountKubeconfig(plane: ControlPlane, directory: string, kubectl: World["kubectl"]): Promise<string> {
  const { stdout } = await mustSucceed(
    kubectl(["create", "token", ACCOUNT, "-n", OPERATOR_NAMESPACE, "--duration=2h"]),
  );
  const file = join(directory, "operator.kubeconfig");
  const authority = (await readFile(plane.pki.authority)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: plane.server, "certificate-authority-data": authority } }],
    users: [{ name: ACCOUNT, user: { token: stdout.trim() } }],
    contexts: [{ name: "test", context: { cluster: "test", user: ACCOUNT } }],
    "current-context": "test",
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

function notFound(image: string): string {
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
}
