import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ReportDocument, reportSchema } from "../../src/validation/index.js";
import { code, notebook } from "../e2e/nbv.js";
import { runRunner } from "./run-runner.js";

test("docs/report.schema.json is what the sources give now (else: npm run docs)", () => {
  expect(readFileSync(join(process.cwd(), "docs/report.schema.json"), "utf8")).toBe(reportSchema());
});

describe("the report of a real run", () => {
  const everything = notebook(
    code("import math\nlimit\nratio = float('nan')"),
    code("print('<é>')\n!exit 3"),
    code("never()", "skip-execution"),
    code("raise KeyError('gone')"),
    code("print('not reached')"),
  );

  test("is what its schema says, of a notebook that fails", async () => {
    const { report, billOfMaterials } = await runRunner(everything, { level: "staging" });
    const parsed = ReportDocument.parse(report);
    expect(parsed).toMatchObject({
      verdict: { verdict: "Failed", reason: "NotebookError" },
      attempt: { job: "sales", number: 1 },
      notebook: { path: "nb.ipynb", parameters: ["limit"] },
      level: "staging",
    });
    expect(parsed.cells.map(({ ended }) => ended)).toEqual(["finished", "finished", "not run", "raised", "not run"]);
    expect(parsed.environment.billOfMaterials).toEqual(billOfMaterials);
    // Nothing that the runner writes is unknown to the schema: what is not named there is for newer runners only.
    expect(unknownFields(report)).toEqual([]);
  }, 90_000);

  test("is what its schema says, of a notebook that differs from its golden one", async () => {
    const run = notebook(code("print(1)"), code("print('new')"), code("print('same')", "nbv-ignore-output"));
    const printed = (text: string) => [{ output_type: "stream", name: "stdout", text }];
    const golden = notebook(
      { ...code("print(2)"), outputs: printed("2\n") },
      { ...code("print('gone')"), outputs: printed("gone\n") },
    );
    const { report } = await runRunner(run, { level: "staging" }, golden);
    const { comparison } = ReportDocument.parse(report);
    expect(comparison).toMatchObject({ result: "failed", golden: { path: "golden.ipynb", cells: 2 } });
    expect(comparison?.diffs?.length).toBeGreaterThan(1);
    expect(unknownFields(report)).toEqual([]);
  }, 90_000);

  test("is what its schema says, of a notebook that can't be read", async () => {
    const { report, billOfMaterials } = await runRunner("no JSON", {});
    expect(ReportDocument.parse(report)).toMatchObject({ verdict: { reason: "NotebookInvalid" }, cells: [] });
    expect(unknownFields(report)).toEqual([]);
    expect(billOfMaterials).toBeUndefined();
  }, 90_000);
});

test("a report of a newer runner, with more to say, is still read", () => {
  const bare = {
    version: "nbv.report.v1",
    runnerVersion: "9.0.0",
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:00:01.000Z",
    verdict: {
      verdict: "Passed",
      exitCode: 0,
      reason: "Passed",
      message: "",
      counts: { cells: 0, codeCells: 0, succeeded: 0, failed: 0, skipped: 0, warnings: 0 },
      failingCells: [],
      seconds: 0,
      mood: "good",
    },
    environment: { platform: "x", runnerPython: "3.14.0", moon: "full" },
    runnerPeakMemoryBytes: 1,
    findings: [],
    cells: [],
    news: true,
  };
  expect(ReportDocument.parse(bare)).toEqual(bare);
  expect(ReportDocument.safeParse({ ...bare, version: "nbv.report.v2" }).success).toBe(false);
  expect(ReportDocument.safeParse({ ...bare, cells: [{}] }).success).toBe(false);
});

/** Fields of `report` that its schema does not name, by path. */
function unknownFields(report: unknown): string[] {
  return namedOnly(report, JSON.parse(reportSchema()) as Schema, "");
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
}

function namedOnly(value: unknown, schema: Schema, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => namedOnly(each, schema.items ?? {}, `${path}[]`));
  if (typeof value !== "object" || value === null || schema.properties === undefined) return [];
  const { properties } = schema;
  return Object.entries(value).flatMap(([name, each]) => {
    const known = properties[name];
    return known === undefined ? [`${path}.${name}`] : namedOnly(each, known, `${path}.${name}`);
  });
}
