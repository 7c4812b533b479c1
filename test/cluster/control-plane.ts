import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./free-ports.js";
import { createPki, type Pki } from "./pki.js";

/** Directory of the binaries: `KUBEBUILDER_ASSETS` (envtest's convention), else what `build-control-plane.sh` built. */
export function findControlPlane(): string | undefined {
  const named = process.env["KUBEBUILDER_ASSETS"];
  const candidates = named ? [named] : [join(process.cwd(), ".cache", "kubebuilder")];
  return candidates.find((directory) =>
    ["etcd", "kube-apiserver"].every((program) => existsSync(join(directory, program))),
  );
}

/** What to say when there is none. */
export const NO_CONTROL_PLANE =
  "no kube-apiserver: run test/cluster/build-control-plane.sh, or set KUBEBUILDER_ASSETS to a directory with etcd and kube-apiserver";

export interface ControlPlaneOptions {
  /** @default findControlPlane() */
  readonly assets?: string;
  /** More arguments of kube-apiserver. @default none */
  readonly apiServerArguments?: readonly string[];
}

/** A running etcd and kube-apiserver, without controllers, scheduler and nodes. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Path of a kubeconfig with a client certificate of group `system:masters`. */
  readonly kubeconfig: string;
  /** Throw-away state: PKI, logs, etcd's data. Gone after {@link stop}. kube-apiserver's working directory. */
  readonly directory: string;
  readonly pki: Pki;
  /** Kills and starts kube-apiserver again on the same port, with the same data. */
  restartApiServer(): Promise<void>;
  /** Makes etcd forget all history, as the API server lets it do every few minutes. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const STOP_MS = 3_000;

/** Starts a control plane on free ports of the loopback interface. About 4 s. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const assets = options.assets ?? findControlPlane();
  if (assets === undefined) throw new Error(NO_CONTROL_PLANE);
  const directory = await mkdtemp(join(tmpdir(), "control-plane-"));
  const [apiPort, clientPort, peerPort] = await freePorts();
  const pki = await createPki(join(directory, "pki"));
  const server = `https://127.0.0.1:${apiPort}`;
  const kubeconfig = join(directory, "kubeconfig.json");
  await writeFile(kubeconfig, JSON.stringify(await kubeconfigOf(server, pki)), { mode: 0o600 });
  await mkdir(join(directory, "etcd"), { mode: 0o700 });
  const running: Program[] = [];
  const killAll = (): void => running.forEach((program) => program.child.kill("SIGKILL"));
  process.once("exit", killAll);
  const startApiServer = async (): Promise<Program> => {
    const program = await start(directory, join(assets, "kube-apiserver"), [
      ...apiServerArguments(directory, pki, apiPort, clientPort),
      ...(options.apiServerArguments ?? []),
    ]);
    running.push(program);
    await ready(server, pki, [...running], directory);
    return program;
  };
  const stop = async (): Promise<void> => {
    // An API server that has lost its etcd hangs in its shutdown: the later started is stopped first.
    for (const program of running.splice(0).reverse()) await end(program);
    process.removeListener("exit", killAll);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    running.push(await start(directory, join(assets, "etcd"), etcdArguments(directory, clientPort, peerPort)));
    await startApiServer();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    server,
    kubeconfig,
    directory,
    pki,
    stop,
    compact: () => compact(`http://127.0.0.1:${clientPort}`),
    async restartApiServer() {
      const program = running.pop();
      if (program === undefined) throw new Error("the control plane is stopped");
      program.child.kill("SIGKILL");
      await program.ended;
      await startApiServer();
    },
  };
}

/** By etcd's JSON gateway. @param client URL of etcd */
async function compact(client: string): Promise<void> {
  const call = (path: string, body: object): Promise<Response> =>
    fetch(`${client}/v3/${path}`, { method: "POST", body: JSON.stringify(body) });
  const { header } = (await (await call("maintenance/status", {})).json()) as { header: { revision: string } };
  const answer = await call("kv/compaction", { revision: header.revision });
  const said = await answer.text();
  // Somebody else may just have done it.
  if (!answer.ok && !said.includes("has been compacted")) throw new Error(`etcd does not compact: ${said}`);
}

function etcdArguments(directory: string, clientPort: number, peerPort: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
  return [
    `--data-dir=${join(directory, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync", // the data is thrown away
  ];
}

function apiServerArguments(directory: string, pki: Pki, port: number, etcdPort: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${join(directory, "certs")}`,
    `--tls-cert-file=${pki.serverCertificate}`,
    `--tls-private-key-file=${pki.serverKey}`,
    `--client-ca-file=${pki.authority}`,
    `--service-account-key-file=${pki.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountKey}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    // No controller makes service accounts here, and the plugin would refuse every pod without one.
    "--disable-admission-plugins=ServiceAccount",
  ];
}

interface Program {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

async function start(directory: string, path: string, programArguments: readonly string[]): Promise<Program> {
  const name = path.split("/").at(-1) ?? path;
  const log = await open(join(directory, `${name}.log`), "a");
  // The kernel ends it even when this process is killed without a chance to clean up.
  const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : [];
  const [command = path, ...rest] = [...leash, path, ...programArguments];
  const child = spawn(command, rest, { stdio: ["ignore", log.fd, log.fd], cwd: directory });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  await log.close();
  return { name, child, ended };
}

async function end({ child, ended }: Program): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(kill);
}

async function ready(server: string, pki: Pki, programs: readonly Program[], directory: string): Promise<void> {
  const [ca, cert, key] = await Promise.all(
    [pki.authority, pki.adminCertificate, pki.adminKey].map((file) => readFile(file)),
  );
  const until = Date.now() + READY_MS;
  for (;;) {
    const dead = programs.find(
      ({ child }) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined,
    );
    if (dead !== undefined || Date.now() > until) {
      const name = dead?.name ?? "kube-apiserver";
      const log = await readFile(join(directory, `${name}.log`), "utf8").catch(() => "");
      throw new Error(`${name} ${dead ? "ended" : "is not ready"}; the end of its log:\n${log.slice(-2000)}`);
    }
    const status = await new Promise<number>((resolve) => {
      const call = request(`${server}/readyz`, { ca, cert, key, agent: false, timeout: 2000 }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      call.once("error", () => resolve(0));
      call.once("timeout", () => call.destroy(new Error("timeout")));
      call.end();
    });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function kubeconfigOf(server: string, pki: Pki): Promise<object> {
  const data = async (file: string): Promise<string> => (await readFile(file)).toString("base64");
  const cluster = { server, "certificate-authority-data": await data(pki.authority) };
  const user = {
    "client-certificate-data": await data(pki.adminCertificate),
    "client-key-data": await data(pki.adminKey),
  };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "admin", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  };
}
