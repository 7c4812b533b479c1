import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRepository } from "../../test/source/git-repository.js";

/** A repository with one commit, served over git:// on loopback. */
export interface GitDaemon {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startGitDaemon(): Promise<GitDaemon> {
  const directory = await mkdtemp(join(tmpdir(), "nbv-bench-git-"));
  makeRepository(join(directory, "notebooks")).commit({ "notebooks/report.ipynb": "{}" });
  const port = await freePort();
  const options = [`--port=${port}`, "--listen=127.0.0.1", "--reuseaddr", "--export-all", `--base-path=${directory}`];
  const daemon = spawn("git", ["daemon", ...options, directory], { stdio: "ignore", detached: true });
  const stop = async (): Promise<void> => {
    end(daemon);
    await rm(directory, { recursive: true, force: true });
  };
  process.once("exit", () => end(daemon));
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100) throw new Error("git daemon does not answer");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url: `git://127.0.0.1:${port}/notebooks`, stop };
}

/** `git` starts the daemon proper as its child: both are one process group. */
function end({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // it has ended by itself
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
