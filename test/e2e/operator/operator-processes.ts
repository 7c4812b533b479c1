import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { LEASE_NAME } from "../../../src/api/index.js";
import { type Cluster, isKubeError, LEASES } from "../../../src/kube/index.js";
import { freePorts } from "../../cluster/free-ports.js";
import { eventually } from "./eventually.js";
import type { OperatorReplicas } from "./world.js";

export interface OperatorProcessesOptions {
  readonly cluster: Cluster;
  readonly systemNamespace: string;
  /** Program and first arguments of `nbv`. */
  readonly program: readonly string[];
  /** Options of `nbv operator` that all replicas share. */
  readonly arguments: readonly string[];
  /** Options of one replica. */
  readonly ports: (replica: ReplicaPorts) => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Their logs go here. */
  readonly directory: string;
}

/** Loopback ports of one replica. */
export interface ReplicaPorts {
  readonly health: number;
  readonly metrics: number;
  readonly webhook: number;
}

/** From the signal to the end of a replica that is told to stop: its own drain takes at most 10 s. */
const DRAIN_MS = 12_000;
/** A Lease whose holder was killed runs out after 15 s. */
const LEADER_MS = 40_000;
/** Between the end of a replica and its next start. */
const RESTART_MS = 200;

interface Replica {
  readonly name: string;
  readonly ports: ReplicaPorts;
  child: ChildProcess;
  isWanted: boolean;
  /** Resolves when the process that runs now has ended. */
  ended: Promise<void>;
}

/** The operator's replicas as processes of this computer. */
export class OperatorProcesses implements OperatorReplicas {
  private readonly replicas: Replica[] = [];
  private count = 0;
  /** Identities of replicas that have ended: what they left in the Lease is no leader. */
  private readonly dead = new Set<string>();
  private readonly logFile: string;

  constructor(private readonly options: OperatorProcessesOptions) {
    this.logFile = join(options.directory, "operator.log");
  }

  /** Ports of the replicas that run. */
  get ports(): readonly ReplicaPorts[] {
    return this.replicas.map(({ ports }) => ports);
  }

  async scale(count: number): Promise<void> {
    const surplus = this.replicas.splice(count);
    await Promise.all(surplus.map((replica) => this.end(replica)));
    while (this.replicas.length < count) this.replicas.push(await this.begin());
    if (count === 0) return;
    await Promise.all(this.replicas.map((replica) => this.untilReady(replica)));
    await eventually(
      "a leader",
      LEADER_MS,
      () => this.leader(),
      () => this.endOfLog(),
    );
  }

  async killLeader(signal: "SIGKILL" | "SIGTERM"): Promise<string> {
    const { identity, replica } = await eventually("a leader to kill", LEADER_MS, async () => {
      const holder = await this.leader();
      const found = this.replicas.find(({ name }) => isOf(name, holder ?? ""));
      return holder === undefined || found === undefined ? undefined : { identity: holder, replica: found };
    });
    const { ended } = replica;
    replica.child.kill(signal);
    await ended;
    this.dead.add(identity);
    return identity;
  }

  async leader(): Promise<string | undefined> {
    const holder = await this.holder();
    return holder === "" || this.dead.has(holder) ? undefined : holder;
  }

  async logs(): Promise<string> {
    return await readFile(this.logFile, "utf8").catch(() => "");
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.splice(0).map((replica) => this.end(replica)));
  }

  private async begin(): Promise<Replica> {
    this.count += 1;
    const [health, metrics, webhook] = await freePorts();
    const name = `operator-${this.count}`;
    const ports = { health, metrics, webhook };
    const child = await this.spawn(name, ports);
    const replica: Replica = { name, ports, child, isWanted: true, ended: endOf(child) };
    void this.supervise(replica);
    return replica;
  }

  /** Starts it again whenever it ends, as a kubelet does. */
  private async supervise(replica: Replica): Promise<void> {
    for (;;) {
      await replica.ended;
      await this.note(replica.name);
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      if (!replica.isWanted) return;
      replica.child = await this.spawn(replica.name, replica.ports);
      replica.ended = endOf(replica.child);
      if (!replica.isWanted) replica.child.kill("SIGKILL");
    }
  }

  /** What a replica that has ended left in the Lease. */
  private async note(name: string): Promise<void> {
    const holder = await this.holder().catch(() => "");
    if (isOf(name, holder)) this.dead.add(holder);
  }

  private async holder(): Promise<string> {
    const { cluster, systemNamespace } = this.options;
    try {
      const lease = await cluster.get(LEASES, { namespace: systemNamespace, name: LEASE_NAME });
      return lease.spec?.holderIdentity ?? "";
    } catch (error) {
      if (isKubeError(error, "NotFound")) return "";
      throw error;
    }
  }

  private async spawn(name: string, ports: ReplicaPorts): Promise<ChildProcess> {
    const { program, environment, directory, systemNamespace } = this.options;
    const log = await open(this.logFile, "a");
    // The kernel ends it even when this process is killed without a chance to clean up.
    const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : [];
    const words = [...leash, ...program, "operator", ...this.options.arguments, ...this.options.ports(ports)];
    const [command = "", ...rest] = words;
    const child = spawn(command, rest, {
      cwd: directory,
      env: { ...environment, POD_NAME: name, POD_NAMESPACE: systemNamespace },
      stdio: ["ignore", log.fd, log.fd],
    });
    child.once("error", () => undefined);
    await log.close();
    return child;
  }

  private async end(replica: Replica): Promise<void> {
    replica.isWanted = false;
    const { child, ended } = replica;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), DRAIN_MS);
    await ended;
    clearTimeout(timer);
  }

  private async untilReady({ name, ports }: Replica): Promise<void> {
    await eventually(
      `${name} to be ready`,
      30_000,
      async () => ((await statusOf(`http://127.0.0.1:${ports.health}/readyz`)) === 200 ? true : undefined),
      () => this.endOfLog(),
    );
  }

  private async endOfLog(): Promise<string> {
    return (await this.logs()).slice(-3000);
  }
}

/** Whether an identity is that of one life of a replica. */
function isOf(name: string, identity: string): boolean {
  return identity.startsWith(name) && !/\d/.test(identity.charAt(name.length));
}

function endOf(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const call = request(url, { agent: false, timeout: 2000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.once("error", () => resolve(0));
    call.once("timeout", () => call.destroy(new Error("timeout")));
    call.end();
  });
}
