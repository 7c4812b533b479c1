import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type RunnerPackagesPlan, runnerPackages } from "../../src/local/python/runner-packages.js";

const PYTHON = process.env.NBV_TEST_PYTHON ?? join(import.meta.dirname, "../../.venv/bin/python3");
const FETCH = 'set -e\ncd "$(dirname "$0")"\necho "$PYTHON" >> calls\nsleep 0.3\nmkdir -p vendor/py310 vendor/py39\n';
let root: string;
let runner: string;
let told: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "nbv-packages-"));
  runner = join(root, "runner");
  told = [];
  mkdirSync(runner);
  for (const name of ["requirements-py310.txt", "requirements-py39.txt"]) writeFileSync(join(runner, name), "x==1\n");
});
afterEach(() => {
  chmodSync(runner, 0o755);
  rmSync(root, { recursive: true, force: true });
});

function packages(more: Partial<RunnerPackagesPlan> = {}): Promise<string> {
  return runnerPackages({
    runner,
    pythons: [PYTHON],
    cache: join(root, "cache"),
    environment: process.env,
    onFetch: (line) => told.push(line),
    onProgress: () => undefined,
    ...more,
  });
}

describe("the packages that travel with the runner", () => {
  test("are fetched once in a fresh checkout, whoever asks at the same time", async () => {
    writeFileSync(join(runner, "vendor.sh"), FETCH);
    const own = join(runner, "vendor");
    expect(await Promise.all([packages(), packages()])).toEqual([own, own]);
    expect(await packages()).toBe(own);
    expect(readFileSync(join(runner, "calls"), "utf8")).toBe(`${PYTHON}\n`);
    expect(told).toEqual([expect.stringContaining("fetching the packages")]);
    expect(existsSync(join(own, ".lock"))).toBe(false);
  });

  test("are taken over from a process that died while it fetched them", async () => {
    writeFileSync(join(runner, "vendor.sh"), FETCH);
    mkdirSync(join(runner, "vendor"));
    writeFileSync(join(runner, "vendor/.lock"), "2147483646");
    expect(await packages()).toBe(join(runner, "vendor"));
  });

  test("are fetched by the first Python that has pip", async () => {
    writeFileSync(join(runner, "vendor.sh"), FETCH);
    await packages({ pythons: ["/bin/false", PYTHON] });
    expect(readFileSync(join(runner, "calls"), "utf8")).toBe(`${PYTHON}\n`);
  });

  test("that can't be fetched: pip's own words, and the way out", async () => {
    writeFileSync(join(runner, "vendor.sh"), "echo Collecting x; echo 'ERROR: No matching distribution' >&2; exit 1\n");
    const failure = packages();
    await expect(failure).rejects.toThrow(/could not be fetched[\s\S]*ERROR: No matching distribution/);
    await expect(failure).rejects.toThrow(/make vendor/);
    await expect(failure).rejects.not.toThrow(/Collecting/);
  });

  test("without any pip: that is what is said", async () => {
    await expect(packages({ pythons: ["/bin/false"] })).rejects.toThrow(/no Python with pip/);
  });

  test("lie in the cache when the package can't be written", async () => {
    writeFileSync(join(runner, "vendor.sh"), FETCH);
    const readOnly = { isWritable: async () => false };
    const found = await packages(readOnly);
    expect(found.startsWith(join(root, "cache", "runner"))).toBe(true);
    expect(existsSync(join(found, "py39"))).toBe(true);
    expect(await packages(readOnly)).toBe(found);
    expect(told).toHaveLength(1);
  });
});
