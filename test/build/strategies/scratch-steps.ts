import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSteps, DEFAULT_BUILD_RESOURCES, type Step } from "../../../src/build/index.js";
import type { BuildStepsOptions } from "../../../src/build/strategies/tekton/build-steps.js";

/** Runs the steps' own scripts on this computer, with their absolute paths moved below a scratch directory. */
export class ScratchSteps {
  readonly root = mkdtempSync(join(tmpdir(), "nbv-steps-"));

  constructor() {
    for (const directory of ["source/sub", "work", "workspaces/push-credentials", "results", "bin"]) {
      mkdirSync(this.at(directory), { recursive: true });
    }
  }

  /** Where a path below `/nbv` is. */
  at(path: string): string {
    return join(this.root, "nbv", path);
  }

  /** Puts a program before all others of its name. */
  install(program: string, script: string): void {
    writeFileSync(this.at(`bin/${program}`), script, { mode: 0o755 });
  }

  run(
    name: string,
    params: Readonly<Record<string, string>>,
    { args = [], ...options }: Partial<BuildStepsOptions> & { readonly args?: readonly string[] } = {},
  ): SpawnSyncReturns<string> {
    const { script = "", env } = step(name, options);
    const moved = (text: string) =>
      text
        .replaceAll(/\$\(results\.([\w-]+)\.path\)/g, "/nbv/results/$1")
        .replaceAll(/(?<![\w.])\/nbv\//g, `${this.root}/nbv/`);
    const resolved = (value: string) =>
      moved(value).replaceAll(/\$\(params\.([\w-]+)\)/g, (_match, param: string) => params[param] ?? "");
    const file = join(this.root, "script");
    writeFileSync(file, moved(script), { mode: 0o755 });
    return spawnSync(file, [...args], {
      encoding: "utf8",
      cwd: this.root,
      env: {
        PATH: `${this.at("bin")}:${process.env["PATH"]}`,
        ...Object.fromEntries(env.map(({ name: variable, value }) => [variable, resolved(value)])),
      },
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function step(name: string, options: Partial<BuildStepsOptions>): Step {
  const steps = buildSteps({
    fetcherImage: "fetcher:1",
    fetcherCommand: ["fetch"],
    fetcherArguments: [],
    builderImage: "builder:1",
    storageDriver: "vfs",
    resources: DEFAULT_BUILD_RESOURCES,
    environment: {},
    trust: {},
    ...options,
  });
  const found = steps.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
}
