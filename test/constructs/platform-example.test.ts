import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type PolicyObject, policyViolations } from "../../src/constructs/index.js";
import { documents } from "../charts/synthesized.js";

/** Story of a platform team: the packed package, installed into an app of its own, compiled and synthesized there. */
describe("examples/platform against the packed package", () => {
  let directory = "";

  function run(command: string, args: readonly string[], cwd = directory) {
    return spawnSync(command, [...args], { cwd, encoding: "utf8", timeout: 240_000 });
  }

  beforeAll(() => {
    if (!existsSync("lib/src/constructs/index.js")) throw new Error("lib/ is missing: npm run build");
    directory = mkdtempSync(join(tmpdir(), "nbv-platform-"));
    cpSync("examples/platform", directory, {
      recursive: true,
      filter: (path) => !/node_modules|platform.(lib|dist)$/.test(path),
    });
    const packed = run("npm", ["pack", "--ignore-scripts", "--json", `--pack-destination=${directory}`], process.cwd());
    expect({ status: packed.status, problems: packed.status === 0 ? "" : packed.stderr }).toEqual({
      status: 0,
      problems: "",
    });
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    const packageJson = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    packageJson.dependencies["notebook-validator-operator"] = `file:./${filename}`;
    writeFileSync(join(directory, "package.json"), JSON.stringify(packageJson));
    const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
    const installed = run("npm", ["install", ...flags]);
    expect({ status: installed.status, problems: installed.status === 0 ? "" : installed.stderr }).toEqual({
      status: 0,
      problems: "",
    });
  }, 300_000);

  afterAll(() => {
    if (directory !== "") rmSync(directory, { recursive: true, force: true });
  });

  test("neither a Kubernetes client nor our own development tools are installed", () => {
    const modules = join(directory, "node_modules");
    for (const name of ["@kubernetes/client-node", "undici", "jest", "esbuild"])
      expect(existsSync(join(modules, name)) ? name : "").toBe("");
  });

  test("the package holds compiled code and the runner, and neither tests nor sources", () => {
    const top = readdirSync(join(directory, "node_modules/notebook-validator-operator")).sort();
    expect(top).toEqual(expect.arrayContaining(["lib", "package.json", "runner"]));
    expect(top).not.toEqual(expect.arrayContaining(["test"]));
    expect(top).not.toEqual(expect.arrayContaining(["src"]));
  });

  test("compiles without our types in the way, and writes manifests that keep the policy", () => {
    const compiled = run(process.execPath, ["node_modules/typescript/bin/tsc"]);
    expect({ status: compiled.status, problems: compiled.stdout }).toEqual({ status: 0, problems: "" });
    const synthesized = run(process.execPath, ["lib/main.js"]);
    expect({ status: synthesized.status, problems: synthesized.stderr }).toEqual({ status: 0, problems: "" });
    const files = readdirSync(join(directory, "dist")).sort();
    expect(files).toEqual(["0000-platform.k8s.yaml", "0001-team-fraud.k8s.yaml"]);
    const objects = files.flatMap((file) => documents(readFileSync(join(directory, "dist", file), "utf8")));
    expect(objects.flatMap(policyViolations)).toEqual([]);
    const jobs = objects.filter(({ kind }: PolicyObject) => kind === "NotebookValidationJob");
    expect(jobs.map((job) => job.metadata?.name)).toEqual(["features-build-features", "models-train-isolation-forest"]);
    const image = expect.stringMatching(/^registry\.example\.org\/fraud\/notebooks@sha256:[0-9a-f]{64}$/);
    expect(objects.find(({ kind }: PolicyObject) => kind === "Notebook")).toMatchObject({
      metadata: { name: "workbench", namespace: "fraud" },
      spec: { template: { spec: { containers: [{ image }] } } },
    });
    const deployment = objects.find(({ kind }: PolicyObject) => kind === "Deployment");
    expect(deployment).toHaveProperty("spec.template.spec.tolerations", [{ key: "operators", operator: "Exists" }]);
  }, 120_000);

  test("a mistake in a job stops the synthesis with construct, field and fix", () => {
    const main = join(directory, "lib/team-chart.js");
    writeFileSync(main, readFileSync(main, "utf8").replace('level: "production"', 'level: "prod"'));
    const result = run(process.execPath, ["lib/main.js"]);
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain("team-fraud/features-build-features: spec.validationConfig.level must be one of");
    expect(result.stderr).toContain("fix: ");
  });
});
