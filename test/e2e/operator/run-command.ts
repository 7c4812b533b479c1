import { spawn } from "node:child_process";
import type { CommandResult } from "./world.js";

/** Runs a program to its end, in `cwd` or here. Never rejects: a program that can't start has code `null` and says why on stderr. */
export async function runCommand(words: readonly string[], stdin = "", cwd?: string): Promise<CommandResult> {
  const [command = "", ...rest] = words;
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "pipe"], ...(cwd === undefined ? {} : { cwd }) });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString("utf8")));
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, stdout: "", stderr: String(error) }));
    child.once("close", (code) => resolve({ code, ...output }));
  });
}

/** The same, for commands that must succeed. @throws with the end of what it said on stderr */
export async function mustSucceed(running: Promise<CommandResult>): Promise<CommandResult> {
  const result = await running;
  if (result.code !== 0) throw new Error(`a command failed (${result.code}): ${result.stderr.slice(-2000)}`);
  return result;
}
