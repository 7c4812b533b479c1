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
  readonly stdout: string;
  /** The last 16 KiB. */
  readonly stderr: string;
  /** Why we ended it ourselves, or why it could not start. */
  readonly stopped?: { readonly kind: "timeout" | "output" | "watch" | "spawn"; readonly message: string };
}

const STDERR_BYTES = 16 * 1024;
const WATCH_MS = 250;

/**
 * Runs git in its own process group, so that its transports die with it.
 * @throws the reason of `signal` when it aborts; whatever `stream` throws
 */
export async function runGit(run: GitRun): Promise<GitResult> {
  run.signal?.throwIfAborted();
  const child = spawn("git", run.args, {
    cwd: run.cwd,
    env: { ...run.env },
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
  const ended = new Promise<number | undefined>((resolve) => {
    child.once("error", (error) => {
      stopped ??= { kind: "spawn", message: (error as NodeJS.ErrnoException).code ?? error.message };
      resolve(undefined);
    });
    child.once("close", (code) => resolve(code ?? undefined));
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
    const code = await ended;
    run.signal?.throwIfAborted();
    return {
      ...(code === undefined || stopped !== undefined ? {} : { code }),
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
