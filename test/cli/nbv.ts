import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const ROOT = process.cwd();

/** `nbv` as people start it: a program of its own, bundled from the sources as they are now. */
export interface Nbv {
  run(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Ended;
  remove(): void;
  /** The program's file. */
  readonly file: string;
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bundles the command line into a directory below the repository, so that it finds its packages and its version. */
export function bundledNbv(): Nbv {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const directory = mkdtempSync(join(ROOT, ".cache", "test-cli-"));
  const file = join(directory, "nbv.mjs");
  const esbuild = join(ROOT, "node_modules", ".bin", "esbuild");
  const options = ["--bundle", "--platform=node", "--format=esm", "--packages=external", "--log-level=error"];
  execFileSync(esbuild, ["src/cli/main.ts", ...options, `--outfile=${file}`], { cwd: ROOT });
  return {
    file,
    run(args, { input = "", env = {} } = {}) {
      const { NODE_OPTIONS: _jestOnly, ...inherited } = process.env;
      const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
        input,
        encoding: "utf8",
        env: { ...inherited, NO_COLOR: "", ...env },
        maxBuffer: 64 * 1024 * 1024,
        timeout: 60_000,
      });
      return { status, stdout, stderr };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
