import { spawn } from "node:child_process";
import { join } from "node:path";
import { UserError } from "../api/index.js";
import { runnerDirectory } from "../operator/source/prepare-source.js";
import { findInterpreter } from "./python/interpreter.js";

/** Commands of `runner/tool.py`. */
export type RunnerToolCommand = "lint" | "compare";

export interface RunnerToolOptions {
  /** Environment of this process. */
  readonly environment: NodeJS.ProcessEnv;
  /** `--python`. @default the active virtual environment, else the python3 on the PATH */
  readonly python?: string | undefined;
  /** @default 10 minutes */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 64 * 1024;
const UNANSWERABLE = 2;

/**
 * Asks the runner for something that needs no kernel. It uses the standard library of any Python ≥ 3.9, installs nothing
 * and runs nothing of what it reads.
 * @returns its JSON answer
 * @throws UserError when there is no such Python, and when the request can't be answered
 */
export async function askRunnerTool(
  command: RunnerToolCommand,
  request: unknown,
  options: RunnerToolOptions,
): Promise<unknown> {
  const python = await findInterpreter(options.python ?? (options.environment.VIRTUAL_ENV || "python3"));
  const tool = join(await runnerDirectory(), "tool.py");
  const ended = await run([python.path, "-I", tool, command], JSON.stringify(request), options);
  const answer = parsed(ended.stdout);
  if (ended.code === 0 && answer !== undefined) return answer;
  const said = (answer as { error?: unknown } | undefined)?.error;
  if (ended.code === UNANSWERABLE && typeof said === "string") throw new UserError({ what: said });
  throw new Error(`${tool} ${command} failed with ${ended.code ?? ended.ending}: ${lastLine(ended.stderr)}`);
}

interface Ended {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly ending: string;
  readonly stdout: string;
  readonly stderr: string;
}

function run(argv: readonly string[], input: string, options: RunnerToolOptions): Promise<Ended> {
  const { environment, timeoutMs = 600_000, signal } = options;
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: environment, stdio: "pipe" });
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = "";
    let refused: Error | undefined;
    const refuse = (error: Error) => {
      refused ??= error;
      child.kill("SIGKILL");
    };
    const seconds = Math.round(timeoutMs / 1000);
    const timer = setTimeout(() => refuse(new UserError({ what: `no answer within ${seconds} s` })), timeoutMs);
    const stop = () => refuse(signal?.reason as Error);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted === true) stop();
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) refuse(new UserError({ what: "the answer is too large to be shown" }));
      else stdout.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-MAX_MESSAGE_BYTES);
    });
    // One that ends before it has read everything says why by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      act();
    };
    child.once("error", (error) => settle(() => reject(error)));
    child.once("close", (code, ending) =>
      settle(() =>
        refused === undefined
          ? resolve({ code, ending: ending ?? "", stdout: Buffer.concat(stdout).toString("utf8"), stderr })
          : reject(refused),
      ),
    );
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
