import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

/** Imports a module in a Node of its own that refuses to resolve a Kubernetes client. */
function importWithoutClient(specifier: string) {
  const hook = `export async function resolve(specifier, context, next) {
    if (/^(@kubernetes\\/client-node|undici)(\\/|$)/.test(specifier)) throw new Error("forbidden: " + specifier);
    return next(specifier, context);
  }`;
  const script = `
    import { createRequire, register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hook)}));
    const { default: _, ...names } = await import(${JSON.stringify(specifier)});
    const required = Object.keys(createRequire(process.cwd() + "/x.js").cache);
    const forbidden = required.filter((file) => /node_modules.(@kubernetes.client-node|undici)/.test(file));
    if (forbidden.length > 0) throw new Error("forbidden: " + forbidden[0]);
    console.log(Object.keys(names).join());`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
}

test.each([
  "lib/src/index.js",
  "lib/src/api/index.js",
  "lib/src/constructs/index.js",
  "lib/charts/notebook-validator-app.js",
])(
  "%s never loads a Kubernetes client",
  (entry) => {
    if (!existsSync(entry)) throw new Error(`${entry} is missing: npm run build`);
    const result = importWithoutClient(join(process.cwd(), entry));
    expect(result.stderr).toBe("");
    expect(result.stdout.trim()).not.toBe("");
  },
  30_000,
);

test("the hook of these tests does see a client that is loaded", () => {
  expect(importWithoutClient("@kubernetes/client-node").stderr).toContain("forbidden: @kubernetes/client-node");
});
