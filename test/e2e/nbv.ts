import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const main = join(root, "lib/src/cli/main.js");
const buildInfo = join(root, "lib/.tsbuildinfo");

/** How a run of `nbv` ended. */
export interface NbvResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Python with ipykernel that the tests run notebooks on. */
export const PYTHON = process.env.NBV_TEST_PYTHON ?? join(root, ".venv/bin/python3");

/** Compiles if something changed since the last build, so that the tests see the sources as they are. */
export function buildNbv(): void {
  if (!existsSync(PYTHON)) throw new Error(`${PYTHON} is missing: run "make build", or set NBV_TEST_PYTHON`);
  const built = existsSync(buildInfo) ? statSync(buildInfo).mtimeMs : 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true });
  if (sources.every((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs < built)) return;
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
      cwd: root,
      stdio: "pipe",
    });
  } catch (error) {
    if (!existsSync(main)) throw error;
    process.stderr.write(`the build reports errors: ${String((error as { stdout?: Buffer }).stdout).slice(0, 500)}\n`);
  }
}

/** Starts `nbv` with an environment of its own. */
export function startNbv(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): {
  child: ChildProcess;
  result: Promise<NbvResult>;
} {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString("utf8")));
  const result = new Promise<NbvResult>((resolve) => child.once("close", (code) => resolve({ code, ...output })));
  return { child, result };
}

/** Runs `nbv run` on the test Python. */
export function nbvRun(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<NbvResult> {
  return startNbv(["run", ...args, "--python", PYTHON], options).result;
}

/** A code cell; with tags. */
export function code(source: string, ...tags: string[]): object {
  return { cell_type: "code", metadata: tags.length > 0 ? { tags } : {}, source, execution_count: null, outputs: [] };
}

/** The text of a notebook with these cells. */
export function notebook(...cells: object[]): string {
  const numbered = cells.map((cell, index) => ({ id: `cell-${index}`, ...cell }));
  const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: numbered });
}

/** Writes files below a directory. */
export function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** The manifest of a job, as YAML's subset JSON. */
export function job(name: string, notebookSource: object, spec: object = {}): string {
  return JSON.stringify({
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name },
    spec: { notebook: notebookSource, podConfig: { containerImage: "registry.example.com/team/notebook:1" }, ...spec },
  });
}

/** The manifest of a Secret with these texts. */
export function secret(name: string, stringData: Readonly<Record<string, string>>, type = "Opaque"): string {
  return JSON.stringify({ apiVersion: "v1", kind: "Secret", type, metadata: { name }, stringData });
}

/** Several documents as one manifest. */
export function manifest(...documents: string[]): string {
  return documents.join("\n---\n");
}

/** The text of all files below a directory. */
export function allText(directory: string): string {
  if (!existsSync(directory)) return "";
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) => (statSync(path).isDirectory() ? allText(path) : readFileSync(path, "utf8")))
    .join("\n");
}
