import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

test("imports/ is what `npm run imports` writes", () => {
  const copy = mkdtempSync(join(tmpdir(), "nbv-imports-"));
  try {
    for (const path of [
      "imports/trim.mjs",
      "imports/kept-fields.yaml",
      "test/fixtures/crds",
      "cdk8s.yaml",
      "package.json",
    ]) {
      cpSync(path, join(copy, path), { recursive: true });
    }
    mkdirSync(join(copy, "imports/crds"));
    symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
    const run = (args: string[]) => {
      const result = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
      expect({ args, status: result.status, stderr: result.status === 0 ? "" : result.stderr }).toMatchObject({
        status: 0,
      });
    };
    run(["imports/trim.mjs"]);
    run(["node_modules/cdk8s-cli/bin/cdk8s", "import", "--check-upgrade=false"]);
    for (const file of [
      "crds/tekton.yaml",
      "crds/prometheus-operator.yaml",
      "crds/kubeflow-notebooks.yaml",
      "tekton.dev.ts",
      "monitoring.coreos.com.ts",
      "kubeflow.org.ts",
    ]) {
      const fresh = readFileSync(join(copy, "imports", file), "utf8") === readFileSync(join("imports", file), "utf8");
      expect({ file, fresh }).toEqual({ file, fresh: true });
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}, 60_000);
