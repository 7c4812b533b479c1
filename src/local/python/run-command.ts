import { spawn } from "node:child_process";

/** A command that tells how it comes along. */
export interface CommandOptions {
  readonly cwd: string;
  /** @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** Takes its output, line by line. */
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How a command ended. */
export interface CommandEnd {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  /** What it said on both streams. */
  readonly lines: readonly string[];
}

/** Runs a command to its end. Rejects only when it can't be started. */
export function runCommand(argv: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  const [program = "", ...args] = argv;
  const { cwd, env, onProgress, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      ...(env === undefined ? {} : { env }),
      ...(signal === undefined ? {} : { signal }),
    });
    const lines: string[] = [];
    let rest = "";
    const take = (chunk: Buffer) => {
      const parts = (rest + chunk.toString("utf8")).split(/[\r\n]+/);
      rest = parts.pop() ?? "";
      for (const line of parts.filter((part) => part.trim() !== "")) {
        lines.push(line);
        onProgress(line);
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", (error) => (signal?.aborted === true ? resolve({ code: null, lines }) : reject(error)));
    child.once("close", (code) => resolve({ code, lines: rest === "" ? lines : [...lines, rest] }));
  });
}

/** The lines that say why pip failed: those that it calls errors, else its last ones. */
export function reasonOf(lines: readonly string[]): readonly string[] {
  const errors = lines.filter((line) => /^\s*(ERROR|error)/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-8);
}
