import { spawn } from "node:child_process";
import type { Ended } from "./nbv.js";

/** Runs a program to its end, while the test goes on. `onError` is told all that it has written to stderr so far. */
export function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onError: (text: string) => void = () => undefined,
): Promise<Ended> {
  const { NODE_OPTIONS: _jestOnly, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...inherited, ...environment } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => onError((stderr += text)));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, stdout, stderr }));
    child.stdin.end();
  });
}
