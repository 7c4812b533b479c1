import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { ContainerLog } from "./container-log.js";
import { MemoryGroup } from "./memory-group.js";

/** How one container's process is started. */
export interface ProcessSpec {
  /** Unique on this computer; every process that it starts carries it in its environment. */
  readonly id: string;
  /** Program and arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** User and group to become; absent = stay. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly memoryLimitBytes?: number | undefined;
  readonly log: ContainerLog;
}

/** How a container's process ended, in the terms of a container status. */
export interface ProcessEnd {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: "Completed" | "Error" | "OOMKilled" | "StartError";
  /** Why it could not start. */
  readonly message?: string;
}

/** What keeps a process within its memory: a control group, the size of its data segment, or nothing. */
export type MemoryLimitKind = "cgroup" | "rlimit" | "none";

/** Environment variable by which processes that left their group are found again. */
const MARK = "NBV_CONTAINER_ID";

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGILL: 4,
};

/** How long the pipes of an ended process are still read. */
const DRAIN_MS = 1000;

/** One container, run as a process group of this computer. */
export class ContainerProcess {
  /** Resolves when the process and all that it started are gone, and its log is complete. */
  readonly ended: Promise<ProcessEnd>;
  readonly memoryLimit: MemoryLimitKind;
  private readonly child: ChildProcess;
  private readonly group: MemoryGroup | undefined;

  constructor(private readonly spec: ProcessSpec) {
    this.group = MemoryGroup.create(spec.id, spec.memoryLimitBytes);
    const isLimited = spec.memoryLimitBytes !== undefined;
    this.memoryLimit = !isLimited ? "none" : this.group !== undefined ? "cgroup" : hasShell() ? "rlimit" : "none";
    const [program = "", ...args] = this.memoryLimit === "rlimit" ? limited(spec) : spec.argv;
    this.child = spawn(program, args, {
      cwd: spec.cwd,
      env: { ...spec.env, [MARK]: spec.id },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...(spec.user === undefined ? {} : spec.user),
    });
    if (this.child.pid !== undefined) this.group?.add(this.child.pid);
    this.ended = this.follow();
  }

  /** Asks the container's first process to end, as the kubelet does. */
  terminate(): void {
    this.child.kill("SIGTERM");
  }

  /** Ends the whole group at once. */
  kill(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    this.killRest();
  }

  private async follow(): Promise<ProcessEnd> {
    const { child, spec } = this;
    child.stdout?.on("data", (chunk: Buffer) => spec.log.write("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => spec.log.write("stderr", chunk));
    const piped = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const end = await new Promise<ProcessEnd>((resolve) => {
      child.once("error", (error) => resolve(startError(spec, error)));
      child.once("exit", (code, signal) => resolve(this.endOf(code, signal)));
    });
    this.killRest();
    if (end.reason !== "StartError") {
      // A process of another user, or in the middle of a system call, may hold the pipe a little longer.
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([piped, new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))]);
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
    await spec.log.end();
    await this.removeGroup();
    return end;
  }

  private endOf(code: number | null, signal: NodeJS.Signals | null): ProcessEnd {
    const number = signal === null ? undefined : (SIGNALS[signal] ?? 9);
    const exitCode = code ?? 128 + (number ?? 9);
    // The kubelet says so of a container whose first process was killed for the memory of its group.
    const isOom = exitCode === 137 && (this.group?.oomKills ?? 0) > 0;
    const reason = isOom ? "OOMKilled" : exitCode === 0 ? "Completed" : "Error";
    return { exitCode, reason, ...(number === undefined ? {} : { signal: number }) };
  }

  private killRest(): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // Nothing is left of the group.
    }
    if (this.group !== undefined) this.group.killAll();
    else killMarked(this.spec.id);
  }

  private async removeGroup(): Promise<void> {
    for (let attempt = 0; this.group?.remove() === false && attempt < 20; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** Kills the processes that carry the container's mark, also those that made a session of their own. Linux only. */
function killMarked(id: string): void {
  for (const pid of processIds()) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
      if (environment.split("\0").includes(`${MARK}=${id}`)) process.kill(pid, "SIGKILL");
    } catch {
      // Gone, or another user's.
    }
  }
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function hasShell(): boolean {
  return process.platform !== "win32";
}

/** Private writable memory counts, address space that is only reserved does not: numpy and zmq reserve plenty. */
function limited(spec: ProcessSpec): readonly string[] {
  const kibibytes = Math.floor((spec.memoryLimitBytes ?? 0) / 1024);
  return ["/bin/sh", "-c", `ulimit -d ${kibibytes} 2>/dev/null; exec "$@"`, "sh", ...spec.argv];
}

function startError(spec: ProcessSpec, error: Error): ProcessEnd {
  const code = (error as NodeJS.ErrnoException).code;
  const program = spec.argv[0] ?? "";
  const why =
    code === "ENOENT" ? "executable file not found in $PATH" : code === "EACCES" ? "permission denied" : String(code);
  return { exitCode: 128, reason: "StartError", message: `exec: "${program}": ${why}` };
}
