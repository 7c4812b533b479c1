import { type ChildProcess, spawn } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** One line of the operator's log. */
export type LogLine = { readonly msg?: string; readonly level?: string; readonly address?: string } & Record<
  string,
  unknown
>;

/** `nbv operator` as a process of its own. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  /** Exit code and signal, once it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly ms: number }>;
  #endedWith: { readonly code: number | null } | undefined;

  /** @param nbv the bundled program */
  constructor(nbv: string, options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { NODE_OPTIONS: _jestOnly, KUBECONFIG: _mine, ...inherited } = process.env;
    const began = Date.now();
    this.#child = spawn(process.execPath, [nbv, "operator", ...options], {
      env: { ...inherited, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        this.#endedWith = { code };
        resolve({ code, ms: Date.now() - began });
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The log so far. @throws when a line is no JSON */
  get log(): LogLine[] {
    return this.#stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits for a line of the log with these words. */
  async says(words: string | RegExp, ms = 20_000): Promise<LogLine> {
    return eventually(`the operator says ${String(words)}`, ms, () => {
      const found = this.log.find(({ msg = "" }) =>
        typeof words === "string" ? msg.includes(words) : words.test(msg),
      );
      if (found === undefined && this.#endedWith !== undefined)
        throw new Error(`it ended with ${this.#endedWith.code}:\n${this.#stdout}\n${this.#stderr}`);
      return found;
    });
  }

  /** The port that a server found. */
  async port(what: "health" | "metrics"): Promise<number> {
    const { address = "" } = await this.says(`serving ${what}`);
    return Number(address.slice(address.lastIndexOf(":") + 1));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, however it is. */
  async kill(): Promise<void> {
    if (this.#endedWith === undefined) this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** What a server of the operator answers. */
export function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const call = send(url, { headers, agent: false, rejectUnauthorized: false, timeout: 10_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (body += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    call.on("timeout", () => call.destroy(new Error("timeout")));
    call.on("error", reject);
    call.end();
  });
}

/** Looks again and again until there is something. */
export async function eventually<T>(
  what: string,
  ms: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > until) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
