import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Requirement files, and how pip is run on them. */
export interface PipCase {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** @default "requirements.txt" */
  readonly file?: string;
  /** @default "" */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One requirement as pip understands it. */
export interface PipEntry {
  readonly file: string;
  readonly line: number;
  readonly constraint: boolean;
  readonly editable: boolean;
  readonly name: string | null;
  readonly extras: readonly string[];
  readonly clauses: readonly (readonly [string, string])[];
  readonly url: string | null;
  readonly marker: string | null;
  readonly hashes: Readonly<Record<string, readonly string[]>>;
}

/** What pip makes of a case. It stops at the first error. */
export interface PipAnswer {
  readonly entries: readonly PipEntry[];
  readonly error: string | null;
  readonly options: {
    readonly indexes: readonly string[];
    readonly links: readonly string[];
    readonly noIndex: boolean;
    readonly hosts: readonly string[];
    readonly requireHashes: boolean;
    readonly preferBinary: boolean;
    readonly noBinary: readonly string[];
    readonly onlyBinary: readonly string[];
  };
}

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "pip_oracle.py");
const VENV = join(dirname(SCRIPT), "../../../.venv/bin/python");

/** Interpreters whose pips are asked: that of the test tools (a current pip), and the machine's own (often an old one). */
export const PYTHONS: readonly string[] = [...(existsSync(VENV) ? [VENV] : []), "python3"];

/** A running pip that reads requirements files. */
export class PipOracle {
  private readonly waiting: ((line: string) => void)[] = [];

  private constructor(
    private readonly process: ReturnType<typeof spawn>,
    /** Major and minor: `26.3`. */
    public version = "",
  ) {}

  static async start(python: string): Promise<PipOracle> {
    const child = spawn(python, ["-I", SCRIPT], { stdio: ["pipe", "pipe", "ignore"] });
    const oracle = new PipOracle(child);
    const first = oracle.next();
    createInterface({ input: child.stdout }).on("line", (line) => oracle.waiting.shift()?.(line));
    oracle.version = (JSON.parse(await first) as { version: string }).version;
    return oracle;
  }

  async ask(question: PipCase): Promise<PipAnswer> {
    const files = Object.entries(question.files).map(([path, content]) => [
      path,
      Buffer.from(content as string).toString("base64"),
    ]);
    const answer = this.next();
    const { file = "requirements.txt", cwd = "", env = {} } = question;
    this.process.stdin?.write(`${JSON.stringify({ files: Object.fromEntries(files), file, cwd, env })}\n`);
    return JSON.parse(await answer) as PipAnswer;
  }

  stop(): void {
    this.process.stdin?.end();
  }

  private next(): Promise<string> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
