import { describe, expect, test } from "@jest/globals";
import { utf8Length } from "../../src/api/utf8.js";
import { assembleResults, emptyProgress, type RunnerEvent } from "../../src/validation/index.js";
import { aCellEnd, aCellStart, aFailedCell, aFailedVerdict, aPassingRun, aStart, aVerdict, folded } from "./events.js";

const roomy = { storeOutputs: true, budgetBytes: 256 * 1024 };
const bytes = (value: unknown) => utf8Length(JSON.stringify(value));

describe("while a notebook runs", () => {
  test("the status tells how far it is", () => {
    const { progress, results } = assembleResults(
      folded([aStart(4), aCellStart(0), aCellEnd(0), aCellStart(1)]),
      roomy,
    );
    expect(progress).toEqual({ cell: 1, totalCells: 8, percent: 25, cellStartedAt: "2026-11-21T10:00:00Z" });
    expect(results?.map(({ cellIndex, status }) => [cellIndex, status])).toEqual([
      [0, "Success"],
      [1, "Running"],
    ]);
  });

  test("nothing is said before anything is known", () => {
    expect(assembleResults(emptyProgress(), roomy)).toEqual({});
  });
});

describe("after the end", () => {
  test("a passing run proves its exit codes and runs nothing any more", () => {
    const { progress, validationChecks, resultsTruncated } = assembleResults(folded(aPassingRun()), roomy);
    expect(progress?.percent).toBe(100);
    expect(validationChecks).toEqual([
      { type: "ExitCode", status: "Passed", message: "3 code cells ran without error" },
    ]);
    expect(resultsTruncated).toBeUndefined();
  });

  test("checks that nobody made are not called passed", () => {
    const types = assembleResults(folded(aPassingRun()), roomy).validationChecks?.map(({ type }) => type);
    expect(types).toEqual(["ExitCode"]);
  });

  test("a failing cell has its error, a check and a lesson", () => {
    const run = folded([
      aStart(),
      aFailedCell(1, "ModuleNotFoundError", "No module named 'sklearn.metrics'"),
      aFailedVerdict(1),
    ]);
    const { results, validationChecks, educationalFeedback } = assembleResults(run, roomy);
    expect(results?.[0]).toMatchObject({ cellIndex: 1, status: "Failure", errorName: "ModuleNotFoundError" });
    expect(validationChecks).toEqual([
      {
        type: "ExitCode",
        status: "Failed",
        cell: 1,
        // What the error says stands in the cell's result.
        message: "E1: The cell raised ModuleNotFoundError.",
      },
    ]);
    expect(educationalFeedback?.[0]).toMatchObject({
      issue: "ModuleNotFoundError: No module named 'sklearn.metrics'",
      severity: "error",
      cell: 1,
      suggestion: "Add scikit-learn to the requirements, or use an image that has it",
    });
  });

  test("a notebook without code does not claim that cells ran", () => {
    const counts = { cells: 1, codeCells: 0, succeeded: 0, failed: 0, skipped: 0, warnings: 0 };
    const { validationChecks } = assembleResults(folded([aStart(0, 1), aVerdict({ counts })]), roomy);
    expect(validationChecks?.map(({ message }) => message)).toEqual(["The notebook has no code cells, so nothing ran"]);
  });

  test("findings become checks, failures first; notes only teach", () => {
    const findings = (["note", "warning", "failure"] as const).map((severity) => ({
      check: "E5",
      severity,
      message: severity,
    }));
    const { validationChecks } = assembleResults(folded([aStart(), aCellEnd(0, { findings })]), roomy);
    expect(validationChecks?.map(({ status, cell }) => [status, cell])).toEqual([
      ["Failed", 0],
      ["Warning", 0],
    ]);
  });

  test("a cell that ran is no better than what checks of the whole run found in it", () => {
    const finding = (severity: "failure" | "warning" | "note", cell?: number) => ({
      check: "L1",
      severity,
      message: "m",
      ...(cell !== undefined && { cell }),
    });
    const lint: RunnerEvent = {
      type: "lint",
      at: "2026-11-21T10:00:00.000Z",
      findings: [
        ...[finding("warning", 0), finding("failure", 1), finding("warning", 1)],
        ...[finding("note", 2), finding("failure"), finding("failure", 3), finding("warning", 4)],
      ],
    };
    const cells = [0, 1, 2].map((cell) => aCellEnd(cell));
    const skipped = aCellEnd(3, { status: "Skipped" });
    const run = folded([aStart(5), lint, ...cells, skipped, aFailedCell(4)]);
    expect(assembleResults(run, roomy).results?.map(({ status }) => status)).toEqual([
      ...["Warning", "Failure", "Success", "Skipped", "Failure"],
    ]);
  });

  test("a missing log line is told apart from a missing file", () => {
    const finding = (evidence: Record<string, string>) => ({
      check: "X3",
      severity: "failure" as const,
      message: "m",
      evidence,
    });
    const run = folded([
      aStart(),
      aCellEnd(0, { findings: [finding({ path: "a.csv" }), finding({ pattern: "done" })] }),
    ]);
    expect(assembleResults(run, roomy).validationChecks?.map(({ type }) => type)).toEqual([
      "ExpectedFile",
      "ExpectedLog",
    ]);
  });

  test("outputs stay out of the status when the job wants that", () => {
    const { results } = assembleResults(folded(aPassingRun()), { ...roomy, storeOutputs: false });
    expect(JSON.stringify(results)).not.toContain("output of");
  });
});

describe("a comparison with a golden notebook", () => {
  const at = "2026-11-21T10:00:00.000Z";
  const diff = { cellIndex: 3, cellType: "code", diffType: "output_mismatch", severity: "major", diff: "-1\n+2" };
  const counts = { strategy: "normalized", result: "failed", totalCells: 9, matchedCells: 8, mismatchedCells: 1 };
  const told = (result: Record<string, unknown>) => folded([aStart(4), { type: "comparison", at, result }]);

  test("is told as soon as it is made", () => {
    const result = { ...counts, diffs: [diff] };
    expect(assembleResults(told(result), roomy)).toMatchObject({ comparisonResult: result });
  });

  test("keeps its counts and loses its last differences when there is no room", () => {
    const diffs = Array.from({ length: 100 }, (_, cellIndex) => ({ ...diff, cellIndex, diff: "x".repeat(100) }));
    const { comparisonResult, resultsTruncated } = assembleResults(told({ ...counts, diffs }), {
      storeOutputs: true,
      budgetBytes: 16 * 1024,
    });
    expect(comparisonResult).toMatchObject(counts);
    expect(comparisonResult?.diffs?.[0]).toMatchObject({ cellIndex: 0 });
    expect(comparisonResult?.diffs?.length).toBeLessThan(20);
    expect(bytes(comparisonResult)).toBeLessThanOrEqual(2 * 1024);
    expect(resultsTruncated).toBe(true);
  });

  test("of another version is left to the report", () => {
    const { comparisonResult, resultsTruncated } = assembleResults(told({ result: "undecided" }), roomy);
    expect({ comparisonResult, resultsTruncated }).toEqual({ comparisonResult: undefined, resultsTruncated: true });
  });
});
