import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type GitHttpServer, startGitHttpServer } from "../source/git-http-server.js";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
let home: string;
let silent: GitHttpServer;
let asked: () => void;

beforeAll(async () => {
  nbv = bundledNbv();
  home = mkdtempSync(join(tmpdir(), "nbv-signal-"));
  silent = await startGitHttpServer({
    root: home,
    intercept: () => {
      asked();
      return true;
    },
  });
}, 60_000);
afterAll(async () => {
  await silent?.close();
  nbv?.remove();
  rmSync(home, { recursive: true, force: true });
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a fetch that %s ends takes git and its temporary directory with it",
  async (signal) => {
    const [temporary, into] = ["tmp", "into"].map((name) => join(home, signal, name)) as [string, string];
    for (const directory of [temporary, into]) mkdirSync(directory, { recursive: true });
    const log = join(home, signal, "log");
    const source = ["--url", `${silent.base}/repo`, "--commit", "1".repeat(40), "--into", into, "--allow-loopback"];
    const gitAsks = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { NODE_OPTIONS: _jestOnly, ...inherited } = process.env;
    const child = spawn(process.execPath, [nbv.file, "fetch-source", ...source, "--termination-log", log], {
      env: { ...inherited, TMPDIR: temporary },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    await gitAsks;
    expect(readdirSync(temporary)).toHaveLength(1);
    child.kill(signal);
    expect(await ended).toEqual([1, null]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(JSON.parse(readFileSync(log, "utf8"))).toMatchObject({ message: `stopped by ${signal}` });
    if (process.platform === "linux") expect(processesWith(silent.base)).toEqual([]);
  },
  30_000,
);

function processesWith(words: string): string[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return command.includes(words) ? [command] : [];
    } catch {
      return [];
    }
  });
}
