import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** One run of the git binary. */
export interface GitRun {
  /** Arguments after `git`, without secrets: other processes of this computer can read them. */
  readonly args: readonly string[];
  /** The whole environment, without secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Offered to git's children on descriptor 3 and nowhere else. */
  readonly secret?: string;
  /** Kills git and its children after so many milliseconds. */
  readonly timeoutMs: number;
  /**
   * Address space of git and of each of its children, in bytes, where the system can limit it (Linux; not macOS), and
   * what is too large when that does not suffice.
   * @default unlimited
   */
  readonly memory?: { readonly maxBytes: number; readonly mostlyFor: string };
  /** Standard output is kept up to so many bytes, then git is killed. @default 64 MiB */
  readonly maxOutput?: number;
  readonly signal?: AbortSignal;
  /** Called about four times a second; a text kills git for that reason. */
  readonly watch?: () => Promise<string | undefined>;
  /** Takes standard input and output over (streams of objects). @default output is collected */
  readonly stream?: (stdin: Writable, stdout: Readable) => Promise<void>;
}

/** How a run of git ended. */
export interface GitResult {
  /** `undefined` when it was killed or could not start. */
  readonly code?: number;
  /** What ended it, when that was neither itself nor we. */
  readonly killedBy?: NodeJS.Signals;
  readonly stdout: string;
  /** The last 16 KiB. */
  readonly stderr: string;
  /** Why we ended it ourselves, or why it could not start. */
  readonly stopped?: { readonly kind: "timeout" | "output" | "memory" | "watch" | "spawn"; readonly message: string };
}

const STDERR_BYTES = 16 * 1024;
const WATCH_MS = 250;
/** What a shell ends with when it finds no such program. git itself never does. */
const NOT_FOUND = 127;

const CRASHES: ReadonlySet<string> = new Set(["SIGSEGV", "SIGABRT", "SIGBUS"]);
// As git, curl, OpenSSH and the C library say it; Linux numbers of the same signals for git's children.
const NO_MEMORY =
  /out of memory|cannot allocate memory|\b(?:mmap|[mc]alloc|realloc) failed|thread failed to start|unable to create thread|died of signal (?:6|7|11)\b/i;

// A shell whose system knows no such limit, or has a lower one already, goes on without.
const LIMITED = 'ulimit -v "$1" 2>/dev/null || :; shift; exec git "$@"';

/** Node.js can't set limits for its children, a shell can. */
function commandOf(run: GitRun): { file: string; args: readonly string[]; env: Record<string, string> } {
  // Windows has no /bin/sh and no such limit.
  if (run.memory === undefined || process.platform === "win32") return { file: "git", args: run.args, env: run.env };
  const kibibytes = String(Math.floor(run.memory.maxBytes / 1024));
  return {
    file: "/bin/sh",
    args: ["-c", LIMITED, "sh", kibibytes, ...run.args],
    // glibc reserves 64 MiB for each thread's arena, used or not.
    env: { ...run.env, MALLOC_ARENA_MAX: "1" },
  };
}

/**
 * Runs git in its own process group, so that its transports die with it.
 * @throws the reason of `signal` when it aborts; whatever `stream` throws
 */
export async function runGit(run: GitRun): Promise<GitResult> {
  run.signal?.throwIfAborted();
  const { file, args, env } = commandOf(run);
  const child = spawn(file, args, {
    cwd: run.cwd,
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const [stdin, stdout, stderr, secret] = child.stdio as unknown as [Writable, Readable, Readable, Writable];
  let stopped: GitResult["stopped"];
  const kill = () => killGroup(child.pid);
  const stop = (kind: NonNullable<GitResult["stopped"]>["kind"], message: string) => {
    stopped ??= { kind, message };
    kill();
  };
  const ended = new Promise<Pick<GitResult, "code" | "killedBy">>((resolve) => {
    child.once("error", (error) => {
      stopped ??= { kind: "spawn", message: (error as NodeJS.ErrnoException).code ?? error.message };
      resolve({});
    });
    child.once("close", (code, signal) => resolve(code !== null ? { code } : signal ? { killedBy: signal } : {}));
  });
  // A git that ends early closes these under us; its exit code tells the story.
  for (const pipe of [stdin, secret]) pipe.on("error", () => undefined);
  secret.end(run.secret ?? "");
  const errorTail = tail(stderr, STDERR_BYTES);
  const timer = setTimeout(() => stop("timeout", `after ${Math.round(run.timeoutMs / 1000)} s`), run.timeoutMs);
  const watcher = watchPeriodically(run.watch, (message) => stop("watch", message));
  run.signal?.addEventListener("abort", kill, { once: true });
  let output = "";
  try {
    if (run.stream === undefined) {
      stdin.end();
      output = await collect(stdout, run.maxOutput ?? 64 * 1024 ** 2, () => stop("output", "too much output"));
    } else {
      await run.stream(stdin, stdout).catch((error: unknown) => {
        kill();
        if (stopped === undefined) throw error;
      });
    }
    const how = await ended;
    run.signal?.throwIfAborted();
    if (how.code === NOT_FOUND && file !== "git") stopped ??= { kind: "spawn", message: "ENOENT" };
    if (run.memory !== undefined && lackedMemory(how, errorTail())) {
      const mebibytes = Math.round(run.memory.maxBytes / 1024 ** 2);
      stopped ??= { kind: "memory", message: `${run.memory.mostlyFor} is too large for ${mebibytes} MiB of memory` };
    }
    return {
      ...(stopped === undefined ? how : {}),
      stdout: output,
      stderr: errorTail(),
      ...(stopped === undefined ? {} : { stopped }),
    };
  } finally {
    clearTimeout(timer);
    clearInterval(watcher);
    run.signal?.removeEventListener("abort", kill);
    kill();
  }
}

/** Whether git or one of its children found no memory. Not every library checks: a crash says the same. */
function lackedMemory({ code, killedBy }: Pick<GitResult, "code" | "killedBy">, stderr: string): boolean {
  if (code === 0) return false;
  if (killedBy !== undefined) return CRASHES.has(killedBy);
  return stderr.split("\n").some((line) => !line.startsWith("remote:") && NO_MEMORY.test(line));
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has ended already.
  }
}

async function collect(stream: Readable, limit: number, over: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      over();
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tail(stream: Readable, limit: number): () => string {
  let kept = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-limit);
  });
  return () => kept.toString("utf8");
}

function watchPeriodically(watch: GitRun["watch"], stop: (message: string) => void): NodeJS.Timeout | undefined {
  if (watch === undefined) return undefined;
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    watch()
      .then((message) => message !== undefined && stop(message))
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, WATCH_MS);
}
