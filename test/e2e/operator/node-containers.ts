import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "../../../src/kube/index.js";
import { eventually } from "./eventually.js";
import { mustSucceed, runCommand } from "./run-command.js";

/** The processes behind a node's containers. Asks containerd itself. */
export class NodeContainers {
  constructor(private readonly state: string) {}

  /** Process of a container that runs, as this computer numbers it. @throws when it does not run */
  async processOf(pod: Pod, container: string): Promise<number> {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const id = statuses.find(({ name }) => name === container)?.containerID?.replace(/^containerd:\/\//, "");
    if (id === undefined) throw new Error(`container ${container} of pod ${pod.metadata.name} has no process`);
    const stdout = await this.ctr("task", "ls");
    const [, pid] = new RegExp(`^${id}\\s+(\\d+)\\s`, "m").exec(stdout) ?? [];
    if (pid === undefined) throw new Error(`container ${container} of pod ${pod.metadata.name} has ended`);
    return Number(pid);
  }

  /** When a container's first process began, in milliseconds since 1970, to some 10 ms. */
  async startOf(pod: Pod, container: string): Promise<number> {
    // What was started at boot, and how many hundredths of a second later this was.
    const stat = await readFile("/proc/stat", "utf8");
    const own = await readFile(`/proc/${await this.processOf(pod, container)}/stat`, "utf8");
    const ticks = Number(own.slice(own.lastIndexOf(")") + 2).split(" ")[19]);
    return Number(/^btime (\d+)$/m.exec(stat)?.[1]) * 1000 + ticks * 10;
  }

  /** Sends a signal to a container's first process. Resolves when it is dead. */
  async kill(pod: Pod, container: string, signal: NodeJS.Signals): Promise<void> {
    const pid = await this.processOf(pod, container);
    process.kill(pid, signal);
    await eventually(`the end of process ${pid}`, 30_000, async () => ((await isAlive(pid)) ? undefined : true));
  }

  /**
   * Lets the node forget an image, whatever names it has there: whoever needs it has to pull it.
   * @param digest `sha256:…` of its manifest
   * @throws when the node does not have it
   */
  async forgetImage(digest: string): Promise<void> {
    const lines = (await this.ctr("images", "ls")).split("\n").map((line) => line.split(/\s+/));
    const names = lines.filter(([, , target]) => target === digest).map(([name = ""]) => name);
    if (names.length === 0) throw new Error(`the node has no image ${digest}`);
    await this.ctr("images", "rm", "--sync", ...names);
  }

  private async ctr(...words: string[]): Promise<string> {
    const socket = join(this.state, "containerd.sock");
    return (await mustSucceed(runCommand(["ctr", "--address", socket, "--namespace", "k8s.io", ...words]))).stdout;
  }
}

/** A zombie counts as dead. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    return !(await readFile(`/proc/${pid}/stat`, "utf8")).includes(") Z ");
  } catch {
    return false;
  }
}
