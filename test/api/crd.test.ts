import { describe, expect, test } from "@jest/globals";
import { RE2JS } from "re2js";
import { crd, type StructuralSchema } from "../../src/api/index.js";

const [version] = crd().spec.versions;
const schema = version?.schema.openAPIV3Schema ?? {};

/** Every schema below this one, with its path. */
function* walk(at: StructuralSchema, path: string): Generator<[string, StructuralSchema]> {
  yield [path, at];
  for (const [name, child] of Object.entries(at.properties ?? {})) yield* walk(child, `${path}.${name}`);
  if (at.items !== undefined) yield* walk(at.items, `${path}[]`);
  if (at.additionalProperties !== undefined) yield* walk(at.additionalProperties, `${path}{}`);
}
const all = [...walk(schema, "")];

describe("the CRD", () => {
  test("stays under 256 KiB", () => expect(JSON.stringify(crd()).length).toBeLessThan(256 * 1024));

  test("is the same every time", () => expect(JSON.stringify(crd())).toBe(JSON.stringify(crd())));

  test("has the names, columns and subresources that people rely on", () => {
    expect(crd().metadata.name).toBe("notebookvalidationjobs.mlops.mlops.dev");
    expect(crd().spec.names).toMatchObject({ shortNames: ["nvj", "nvjob"], categories: ["mlops"] });
    const columns = (version?.additionalPrinterColumns ?? []).map(({ name, priority }) => `${name}${priority ?? 0}`);
    expect(columns.join(" ")).toBe("Phase0 Verdict0 Notebook0 Cells0 Retries0 Age0 Image1 Commit1 Message1");
    expect(version).toMatchObject({ subresources: { status: {} }, selectableFields: [{ jsonPath: ".status.phase" }] });
  });

  test("every column shows a field that exists", () => {
    const paths = new Set(all.map(([path]) => path));
    for (const { jsonPath } of version?.additionalPrinterColumns ?? []) {
      expect(jsonPath.startsWith(".metadata.") || paths.has(jsonPath)).toBe(true);
    }
  });

  test("documents every field", () => {
    const silent = all.filter(
      ([path, { description }]) => /\.[^.[{]+$/.test(path) && path !== ".metadata" && !description,
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test("bounds every list, map and string", () => {
    const unbounded = all.filter(
      ([path, at]) =>
        !["", ".apiVersion", ".kind", ".metadata"].includes(path) &&
        ((at.type === "array" && at.maxItems === undefined) ||
          (at.type === "string" && at.enum === undefined && at.maxLength === undefined) ||
          (at.additionalProperties !== undefined && at.maxProperties === undefined)),
    );
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  test("says of every list how it merges", () => {
    for (const [path, at] of all) {
      if (at.type === "array") expect([path, at["x-kubernetes-list-type"]]).toEqual([path, expect.any(String)]);
    }
    const listType = (path: string) => all.find(([at]) => at === path)?.[1]["x-kubernetes-list-type"];
    expect(listType(".status.conditions")).toBe("map");
    expect([".status.results", ".status.validationChecks", ".status.educationalFeedback"].map(listType)).toEqual([
      "atomic",
      "atomic",
      "atomic",
    ]);
  });

  test("every pattern means the same to the API server: it compiles as RE2", () => {
    for (const [, { pattern }] of all) if (pattern !== undefined) expect(() => RE2JS.compile(pattern)).not.toThrow();
  });

  test("fills in only what can never change", () => {
    const defaults = Object.fromEntries(
      all.filter(([, at]) => at.default !== undefined).map(([path, at]) => [path, at.default]),
    );
    expect(defaults).toEqual({
      ".spec.notebook.git.follow": false,
      ".spec.goldenNotebook.git.follow": false,
      ".spec.podConfig.buildConfig.enabled": false,
      ".spec.podConfig.buildConfig.preferDockerfile": false,
      ".spec.podConfig.buildConfig.includeSource": false,
      ".spec.podConfig.buildConfig.publishToRegistry": false,
      ".spec.podConfig.buildConfig.reuseIfExists": false,
      ".spec.modelValidation.enabled": true,
      ".spec.modelValidation.predictionValidation.enabled": true,
      ".spec.suspend": false,
      ".spec.artifacts.storeOutputs": true,
    });
  });

  test("leaves number-or-text fields untyped", () => {
    const untyped = all
      .filter(([path, at]) => at["x-kubernetes-preserve-unknown-fields"] === true && path.startsWith(".spec"))
      .map(([path]) => path.split(".").at(-1));
    expect(untyped.sort()).toEqual(
      [
        "equals",
        "floatingPointTolerance",
        "maxValue",
        "minValue",
        "parameters",
        "relativeTolerance",
        "shape",
        "tolerance",
      ].sort(),
    );
  });
});
