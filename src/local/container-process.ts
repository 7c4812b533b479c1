import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Duplex } from "node:stream";
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

/**
 * Outlives us when we are killed, and then ends the container as {@link killMarked} and the process group would have: waits
 * for the end of descriptor 3. Its own environment lacks the mark, so that it doesn't end itself first.
 */
const WATCHDOG = [
  'trap "" HUP INT TERM',
  "while read -r more <&3; do :; done",
  'for each in $(grep -lszxF "$1" /proc/[0-9]*/environ | cut -d/ -f3); do kill -KILL $each; done',
  'kill -KILL -- "-$2"',
].join("; ");

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
  private readonly child: ChildProcess | undefined;
  private readonly group: MemoryGroup | undefined;

  constructor(private readonly spec: ProcessSpec) {
    this.group = MemoryGroup.create(spec.id, spec.memoryLimitBytes);
    const isLimited = spec.memoryLimitBytes !== undefined;
    this.memoryLimit = !isLimited ? "none" : this.group === undefined ? "rlimit" : "cgroup";
    const missing = programProblem(spec);
    if (missing !== undefined) {
      this.ended = this.neverStarted(missing);
      return;
    }
    this.child = spawn("/bin/sh", ["-c", this.startScript(), "sh", WATCHDOG, `${MARK}=${spec.id}`, ...spec.argv], {
      cwd: spec.cwd,
      env: { ...spec.env, [MARK]: spec.id },
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      ...(spec.user === undefined ? {} : spec.user),
    });
    if (this.child.pid !== undefined) this.group?.add(this.child.pid);
    const gate = this.child.stdio[3] as Duplex | null | undefined;
    gate?.on("error", () => undefined);
    // Stays open: its end tells the watchdog that we are no more.
    gate?.write("go\n");
    this.ended = this.follow(this.child, gate);
  }

  /** The program starts when its process is in its group: nothing that it starts can then be outside. */
  private startScript(): string {
    const kibibytes = Math.floor((this.spec.memoryLimitBytes ?? 0) / 1024);
    // Private writable memory counts; address space that is only reserved does not: numpy and zmq reserve plenty.
    const limit = this.memoryLimit === "rlimit" ? `ulimit -d ${kibibytes} 2>/dev/null; ` : "";
    const watchdog = `(unset ${MARK}; exec /bin/sh -c "$1" watchdog "$2" "$$") >/dev/null 2>&1 & shift 2`;
    return `read -r go <&3 || exit 125; ${watchdog}; ${limit}exec "$@" 3<&-`;
  }

  /** Asks the container's first process to end, as the kubelet does. */
  terminate(): void {
    this.child?.kill("SIGTERM");
  }

  /** Ends the whole group at once. */
  kill(): void {
    this.child?.kill("SIGKILL");
    this.killRest();
  }

  private async neverStarted(message: string): Promise<ProcessEnd> {
    await this.spec.log.end();
    await this.removeGroup();
    return { exitCode: 128, reason: "StartError", message };
  }

  private async follow(child: ChildProcess, gate: Duplex | null | undefined): Promise<ProcessEnd> {
    const { spec } = this;
    child.stdout?.on("data", (chunk: Buffer) => spec.log.write("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => spec.log.write("stderr", chunk));
    const piped = new Promise<void>((done) => child.once("close", () => done()));
    const end = await new Promise<ProcessEnd>((settle) => {
      child.once("error", (error) => settle({ exitCode: 128, reason: "StartError", message: error.message }));
      child.once("exit", (code, signal) => settle(this.endOf(code, signal)));
    });
    this.killRest();
    gate?.destroy();
    if (end.reason !== "StartError") {
      // A process of another user, or in the middle of a system call, may hold the pipe a little longer.
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([piped, new Promise<void>((done) => (timer = setTimeout(done, DRAIN_MS)))]);
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
      if (this.child?.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // Nothing is left of the group.
    }
    if (this.group !== undefined) this.group.killAll();
    else killMarked(this.spec.id);
  }

  private async removeGroup(): Promise<void> {
    for (let attempt = 0; this.group?.remove() === false && attempt < 20; attempt += 1) {
      await new Promise((done) => setTimeout(done, 25));
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

/** Why the program can't be started, in the words of a container runtime; `undefined` when it can. */
function programProblem({ argv, env, cwd }: ProcessSpec): string | undefined {
  const [program = ""] = argv;
  const folders = program.includes("/") ? [cwd] : (env.PATH ?? "").split(":");
  const found = folders.map((folder) => resolve(folder, program)).filter((path) => existsSync(path));
  if (program === "" || found.length === 0) return `exec: "${program}": executable file not found in $PATH`;
  return found.some(isExecutable) ? undefined : `exec: "${program}": permission denied`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
