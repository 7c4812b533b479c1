import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "@jest/globals";
import { stringify } from "yaml";

/** Prometheus' own judge of rules. `PROMTOOL` names another binary than the one on the path. */
const promtool = process.env["PROMTOOL"] ?? "promtool";
const available = spawnSync(promtool, ["--version"]).status === 0;

/** A test that needs promtool: skipped loudly without it, except in CI, where its absence is a failure. */
export function promtoolTest(name: string, body: () => void): void {
  if (available) return test(name, body);
  if (process.env["CI"] === "true") {
    return test(name, () => {
      throw new Error("promtool is not installed (Debian package `prometheus`), and CI=true forbids to skip");
    });
  }
  process.stderr.write(`SKIPPED for want of promtool (Debian package prometheus): ${name}\n`);
  test.skip(name, body);
}

/** Runs promtool on files given as documents; throws with its output unless it is content. */
export function runPromtool(args: readonly string[], files: Readonly<Record<string, unknown>>): string {
  const directory = mkdtempSync(join(tmpdir(), "nbv-promtool-"));
  try {
    for (const [name, document] of Object.entries(files)) {
      writeFileSync(join(directory, name), stringify(document, { lineWidth: 0 }));
    }
    const result = spawnSync(promtool, [...args], { cwd: directory, encoding: "utf8" });
    if (result.status !== 0) throw new Error(`promtool ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
    return result.stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
