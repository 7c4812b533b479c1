import { describe, expect, test } from "@jest/globals";
import type { NotebookValidationJobStatus } from "../../src/api/index.js";
import { compactReport, fitStatus, MAX_COMPACT_REPORT_BYTES } from "../../src/validation/index.js";

function reportOf(status: NotebookValidationJobStatus) {
  return compactReport({ job: { name: "sales", namespace: "team-a" }, notebook: "a|b`.ipynb", status });
}

const FAILED: NotebookValidationJobStatus = {
  phase: "Failed",
  verdict: "Failed",
  message: "Cell 1: ValueError: <b>no</b>",
  environment: { packages: 12, sbomDigest: "sha256:abc", image: "registry.example/nb@sha256:def" },
  validationChecks: [{ type: "DataQuality", status: "Failed", cell: 1, message: "Q1: `price` is [NaN](http://x)" }],
  educationalFeedback: [
    {
      issue: "`price` is NaN",
      severity: "error",
      cell: 1,
      explanation: "NaN spreads.",
      bestPractice: "Check it.",
      example: 'assert price == price\n```\nprint("out")',
      documentation: "docs/checks.md#q1",
    },
  ],
  comparisonResult: {
    diffs: [{ cellIndex: 1, cellType: "code", diffType: "output_mismatch", diff: "-1\n+2", severity: "major" }],
  },
  results: [{ cellIndex: 1, type: "code", status: "Failure", errorName: "ValueError", output: "secret output" }],
  resultsTruncated: true,
};

describe("the report that a ConfigMap holds", () => {
  test("has in JSON what the status says about the run, under the status' names", () => {
    const document = JSON.parse(reportOf({ ...FAILED, conditions: [], retryCount: 3 })["report.json"]) as object;
    expect(document).toMatchObject({ version: "nbv.compact-report.v1", job: { name: "sales" }, ...FAILED });
    expect(document).not.toHaveProperty("conditions");
    expect(document).not.toHaveProperty("retryCount");
  });

  test("tells people the verdict first, then what failed, what to do, and how cells did", () => {
    const text = reportOf(FAILED)["report.md"];
    expect(text.split("\n")[0]).toBe("# Failed: `` a\\|b`.ipynb ``");
    const order = [
      "Cell 1: ValueError",
      "| Image |",
      "## Checks",
      "## What to do",
      "## Differences",
      "## Cells",
      "size limit",
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text).toContain("```diff\n-1\n+2\n```");
  });

  test("lets no text of the notebook become markup", () => {
    const text = reportOf(FAILED)["report.md"];
    expect(text).toContain("\\<b\\>no\\</b\\>");
    expect(text).toContain("\\[NaN\\](http://x)");
    expect(text).toContain('````python\nassert price == price\n```\nprint("out")\n````');
  });

  test("is the same for the same status, whatever the order of its fields", () => {
    const reversed = Object.fromEntries(Object.entries(FAILED).reverse());
    expect(reportOf(reversed)).toEqual(reportOf(FAILED));
  });

  test("stays below what a ConfigMap may hold, however much there was to say", () => {
    const results = Array.from({ length: 4000 }, (_, cellIndex) => ({
      cellIndex,
      type: "code" as const,
      status: "Failure" as const,
      output: "é".repeat(1000),
    }));
    const educationalFeedback = Array.from({ length: 20 }, () => ({
      ...FAILED.educationalFeedback?.[0],
      example: "`".repeat(16_000),
    }));
    const status = fitStatus({ ...FAILED, results, educationalFeedback } as NotebookValidationJobStatus);
    for (const text of Object.values(reportOf(status))) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_COMPACT_REPORT_BYTES);
    }
    expect(() => JSON.parse(reportOf(status)["report.json"]) as unknown).not.toThrow();
  });

  test("says little of a run that never got to its notebook, and nothing that is not known", () => {
    const { "report.md": text } = reportOf({ phase: "Failed", verdict: "Error", message: "No such branch" });
    expect(text).toBe("# Error: `` a\\|b`.ipynb ``\n\nNo such branch\n\n| | |\n|---|---|\n| Job | `team-a/sales` |");
  });
});
