import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./git-daemon.js";

export interface OperatorProcessOptions {
  readonly kubeconfig: string;
  /** Where its log and the probe's measurements go. */
  readonly directory: string;
  readonly nodeArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Limits that do not bind, so that the operator itself is what is measured. */
const CONFIG = {
  git: { allowLoopback: true },
  concurrency: { validations: 100_000, validationsPerNamespace: 100_000 },
};

/** What the image sets for every process, from the Dockerfile; the user's home is this computer's. */
function imageEnvironment(): Record<string, string> {
  const lines = readFileSync("Dockerfile", "utf8").matchAll(/^ENV (.*)$/gm);
  const pairs = [...lines].flatMap(([, text = ""]) => text.split(" ")).map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(pairs.flatMap(([name, value = ""]) => (name && name !== "HOME" ? [[name, value]] : [])));
}

/** `nbv operator` as its image runs it, in a process of its own. */
export class OperatorProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly logFile: string,
    readonly healthUrl: string,
  ) {}

  static async start(options: OperatorProcessOptions): Promise<OperatorProcess> {
    const { kubeconfig, directory, nodeArguments = [], environment = {} } = options;
    const config = join(directory, "operator-config.json");
    await writeFile(config, JSON.stringify(CONFIG));
    const logFile = join(directory, "operator.log");
    const log = openSync(logFile, "w");
    const [health, metrics] = [await freePort(), await freePort()];
    const command = [
      ...[...nodeArguments, "build/nbv.js", "operator", "--kubeconfig", kubeconfig, "--config", config],
      ...["--health-address", `127.0.0.1:${health}`, "--metrics-address", `127.0.0.1:${metrics}`, "--metrics-plain"],
      ...["--webhook-address", "off", "--log-level", "info"],
    ];
    const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : [];
    const [program = process.execPath, ...words] = [...leash, process.execPath, ...command];
    const child = spawn(program, words, {
      stdio: ["ignore", log, log],
      env: { ...process.env, ...imageEnvironment(), ...environment },
    });
    process.once("exit", () => child.kill("SIGKILL"));
    const operator = new OperatorProcess(child, logFile, `http://127.0.0.1:${health}`);
    await operator.#ready();
    return operator;
  }

  /** Resident memory, now and at its highest; MiB. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    const mib = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    return { now: mib("VmRSS"), peak: mib("VmHWM") };
  }

  /** CPU time that it has used; seconds. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }

  /** Ready, and leading: its log says when the caches are filled. */
  async #ready(): Promise<void> {
    const until = Date.now() + 60_000;
    while (!readFileSync(this.logFile, "utf8").includes("the operator works")) {
      if (this.child.exitCode !== null || Date.now() > until) {
        throw new Error(`the operator did not become ready:\n${readFileSync(this.logFile, "utf8").slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
