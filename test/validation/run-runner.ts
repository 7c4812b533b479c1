import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ValidationConfig } from "../../src/api/index.js";
import { runnerConfig } from "../../src/validation/index.js";
import { PYTHON } from "../e2e/nbv.js";

const MAIN = join(import.meta.dirname, "../../runner/main.py");

/** What one run of the real runner left in its artifacts. */
export interface RunnerFiles {
  readonly report: unknown;
  /** Absent when no kernel came up: nobody knows what it would have seen. */
  readonly billOfMaterials: unknown;
}

/**
 * Runs the real runner, configured as the operator would, on a notebook with this text.
 * @param golden text of its golden notebook
 */
export async function runRunner(
  notebook: string,
  validationConfig: ValidationConfig,
  golden?: string,
): Promise<RunnerFiles> {
  const root = mkdtempSync(join(tmpdir(), "nbv-runner-"));
  const [handover, source, artifacts] = ["handover", "source", "artifacts"].map((name) => join(root, name));
  if (handover === undefined || source === undefined || artifacts === undefined) throw new Error("unreachable");
  try {
    for (const directory of [handover, source, artifacts]) mkdirSync(directory);
    const config = runnerConfig({
      job: { name: "sales", namespace: "team-a" },
      runId: "r1",
      attempt: 1,
      commit: "0123456789abcdef0123456789abcdef01234567",
      image: "registry.example.com/team/notebook:1",
      notebook: { path: "nb.ipynb", parameters: { limit: 3 } },
      validationTimeoutMs: 60_000,
      kernelStartTimeoutMs: 60_000,
      validationConfig,
      ...(golden !== undefined && { golden: { path: "golden.ipynb", isSameSource: true } }),
      storeOutputs: true,
      secretEnv: [],
    });
    writeFileSync(join(handover, "key"), "07".repeat(32));
    writeFileSync(join(handover, "config.json"), JSON.stringify(config));
    writeFileSync(join(source, "nb.ipynb"), notebook);
    if (golden !== undefined) writeFileSync(join(source, "golden.ipynb"), golden);
    const args = ["--handover", handover, "--source", source, "--artifacts", artifacts];
    const runner = spawn(PYTHON, ["-I", "-S", MAIN, ...args, "--termination-log", join(root, "termination-log")], {
      env: { PATH: process.env["PATH"], HOME: root },
      stdio: "ignore",
    });
    await new Promise((resolve) => runner.once("close", resolve));
    const read = (name: string): unknown =>
      existsSync(join(artifacts, name)) ? JSON.parse(readFileSync(join(artifacts, name), "utf8")) : undefined;
    return { report: read("report.json"), billOfMaterials: read("environment.cdx.json") };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
