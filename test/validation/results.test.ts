import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotebookValidationJobStatus } from "../../src/api/index.js";
import { headUtf8, tailUtf8, utf8Length } from "../../src/api/utf8.js";
import {
  advance,
  assembleResults,
  type CellEndEvent,
  emptyProgress,
  feedbackFor,
  fitStatus,
  type RunnerEvent,
  type RunProgress,
} from "../../src/validation/index.js";
import {
  aCellEnd,
  aCellStart,
  aFailedCell,
  aFailedVerdict,
  aPassingRun,
  aStart,
  aVerdict,
  KEY,
  signed,
} from "./events.js";

function folded(events: readonly RunnerEvent[]): RunProgress {
  return signed(events).reduce((progress, line) => advance(progress, KEY, line), emptyProgress());
}

const roomy = { storeOutputs: true, budgetBytes: 256 * 1024 };
const bytes = (value: unknown) => utf8Length(JSON.stringify(value));

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("ü".repeat(1500), "😀".repeat(700), "\ud800lone", "\u0000".repeat(3000), "x".repeat(3000)),
);
const anyCell: fc.Arbitrary<CellEndEvent> = fc
  .record({
    cell: fc.nat(200),
    output: anyText,
    status: fc.constantFrom("Success", "Failure", "Skipped", "Warning"),
    name: anyText,
    message: anyText,
    traceback: anyText,
  })
  .map(({ cell, output, status, name, message, traceback }) =>
    aCellEnd(cell, { output, status, ...(status === "Failure" && { error: { name, message, traceback } }) }),
  );
const anyRun = fc.array(anyCell, { maxLength: 60 }).map((cells) => folded([aStart(200), ...cells]));

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

describe("budgets", () => {
  test("an output has at most 2 KiB, and no character is split", () => {
    const { results } = assembleResults(folded([aStart(), aCellEnd(0, { output: `a${"😀".repeat(1000)}` })]), roomy);
    const output = results?.[0]?.output ?? "";
    expect(utf8Length(output)).toBe(2045);
    expect(Buffer.from(output).toString()).toBe(output);
  });

  test("cells that failed are kept first and whole", () => {
    const cells = Array.from({ length: 300 }, (_, cell) => aCellEnd(cell, { output: "x".repeat(2000) }));
    const run = folded([aStart(301), ...cells, aFailedCell(300)]);
    const { results, resultsTruncated } = assembleResults(run, { storeOutputs: true, budgetBytes: 32 * 1024 });
    expect(resultsTruncated).toBe(true);
    expect(results?.find(({ cellIndex }) => cellIndex === 300)?.traceback).toContain("ValueError");
    expect(results?.length).toBeGreaterThan(200);
  });

  test("whatever a run says, its results fit, in the order of the notebook, and are admitted by the API", () => {
    fc.assert(
      fc.property(anyRun, fc.integer({ min: 8_000, max: 300_000 }), fc.boolean(), (run, budgetBytes, storeOutputs) => {
        const assembled = assembleResults(run, { storeOutputs, budgetBytes });
        expect(bytes(assembled)).toBeLessThanOrEqual(budgetBytes);
        const order = (assembled.results ?? []).map(({ cellIndex }) => cellIndex);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(NotebookValidationJobStatus.safeParse(assembled).error).toBeUndefined();
        if (run.cells.length !== order.length) expect(assembled.resultsTruncated).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("cells that no budget holds are left out, the last ones first", () => {
    const run = folded([aStart(500), ...Array.from({ length: 500 }, (_, cell) => aCellEnd(cell))]);
    const assembled = assembleResults(run, { storeOutputs: true, budgetBytes: 8_000 });
    expect(bytes(assembled)).toBeLessThanOrEqual(8_000);
    const kept = assembled.results?.map(({ cellIndex }) => cellIndex) ?? [];
    expect(kept.length).toBeGreaterThan(20);
    expect(kept).toEqual(kept.map((_, index) => index));
  });

  test("a status of nothing but long messages fits, too", () => {
    const conditions = Array.from({ length: 20 }, (_, index) => ({
      type: `Condition${index}`,
      status: "False" as const,
      reason: "Because",
      message: "m".repeat(30_000),
      lastTransitionTime: "2026-11-21T10:00:00Z",
    }));
    const fitted = fitStatus({ phase: "Failed", message: "m".repeat(30_000), conditions }, 16_384);
    expect(bytes(fitted)).toBeLessThanOrEqual(16_384);
    expect(fitted.conditions).toHaveLength(20);
  });

  test("a status that fits is left alone", () => {
    const status: NotebookValidationJobStatus = { phase: "Succeeded", message: "fine" };
    expect(fitStatus(status)).toBe(status);
  });

  test("a status never exceeds its limit; phase, verdict, counters and failing cells survive", () => {
    const long = (size: number) => fc.string({ minLength: size, maxLength: size });
    const anyStatus = fc.record({
      results: anyRun.map((run) => assembleResults(run, { ...roomy, budgetBytes: 1e7 }).results ?? []),
      message: long(5000),
      attempts: fc
        .array(long(3000), { maxLength: 20 })
        .map((all) => all.map((message, index) => ({ number: index + 1, outcome: "Failed", message }))),
      diffs: fc.array(long(4000), { maxLength: 30 }),
    });
    fc.assert(
      fc.property(anyStatus, fc.integer({ min: 16_384, max: 262_144 }), ({ diffs, ...rest }, maxBytes) => {
        const status = {
          phase: "Failed",
          verdict: "Failed",
          retryCount: 3,
          runId: "3f9a",
          ...rest,
          comparisonResult: {
            result: "failed",
            diffs: diffs.map((diff) => ({
              cellIndex: 0,
              cellType: "code",
              diffType: "output_mismatch",
              severity: "major",
              diff,
            })),
          },
        } as NotebookValidationJobStatus;
        const fitted = fitStatus(status, maxBytes);
        expect(bytes(fitted)).toBeLessThanOrEqual(maxBytes);
        expect(fitted).toMatchObject({ phase: "Failed", verdict: "Failed", retryCount: 3, runId: "3f9a" });
        if (bytes(status) > maxBytes) expect(fitted.resultsTruncated).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("lessons", () => {
  test("are taught once, where they first apply", () => {
    const failures = [0, 1, 2].map((cell) =>
      aFailedCell(cell, "FileNotFoundError", "[Errno 2] No such file or directory: 'a.csv'"),
    );
    const feedback = feedbackFor(folded([aStart(), ...failures]));
    expect(feedback).toHaveLength(1);
    expect(feedback[0]).toMatchObject({
      cell: 0,
      issue: "FileNotFoundError: [Errno 2] No such file or directory: 'a.csv' (also cells 1, 2)",
      example: expect.stringContaining('Path("a.csv")'),
    });
  });

  test("come gravest first, then from top to bottom, whenever they were found", () => {
    const finding = (check: string, severity: "failure" | "warning", cell: number) => ({
      ...{ check, severity, cell },
      message: check,
    });
    const lint: RunnerEvent = {
      type: "lint",
      at: "2026-11-21T10:00:00.000Z",
      findings: [finding("A3", "warning", 0), finding("L1", "failure", 2)],
    };
    const cell = aCellEnd(1, { findings: [finding("N1", "failure", 1)] });
    const lessons = feedbackFor(folded([aStart(), lint, cell]));
    expect(lessons.map(({ issue }) => issue)).toEqual(["N1", "L1", "A3"]);
  });

  test("tell a missing log line from a missing file", () => {
    const findings = [
      { path: "a.csv", expected: "a file", actual: "there is no such file" },
      { pattern: "done", expected: "a match", actual: "none" },
    ].map((evidence) => ({ check: "X3", severity: "failure" as const, message: "m", evidence }));
    const [file, log] = feedbackFor(folded([aStart(), aCellEnd(0, { findings })]));
    expect(file?.example).toContain('Path("a.csv")');
    expect(log?.example).not.toContain("Path");
    expect(log?.suggestion).not.toBe(file?.suggestion);
  });

  test("say nothing about names that the error doesn't tell", () => {
    const [lesson] = feedbackFor(folded([aStart(), aFailedCell(0, "ModuleNotFoundError", "odd")]));
    expect(lesson?.explanation).toContain("imports a module");
    expect(lesson?.suggestion).toMatch(/^Add its package/);
    expect(JSON.stringify(lesson)).not.toContain("%{");
  });

  test("about memory name the cell that was running", () => {
    const verdict = aVerdict({ verdict: "Failed", exitCode: 31, reason: "OOMKilled", message: "out of memory" });
    const [lesson] = feedbackFor(folded([aStart(), aCellStart(2), verdict]));
    expect(lesson).toMatchObject({ cell: 2, explanation: expect.stringContaining("while cell 2 was running") });
  });

  test("about the kernel's end replace the general one", () => {
    const findings = [{ check: "E3", severity: "failure" as const, message: "the kernel ended" }];
    const verdict = aVerdict({ verdict: "Failed", exitCode: 32, reason: "KernelExited", message: "the kernel ended" });
    const lessons = feedbackFor(folded([aStart(), aCellEnd(0, { status: "Failure", findings }), verdict]));
    expect(lessons.map(({ documentation }) => documentation)).toEqual([
      expect.stringMatching(/docs\/troubleshooting\.md#kernelexited$/),
    ]);
  });

  test("come in the detail that the job wants", () => {
    const run = folded([aStart(), aFailedCell(0, "MemoryError", "")]);
    expect(feedbackFor(run, { enabled: false, bestPractices: true, examples: true })).toEqual([]);
    const [short] = feedbackFor(run, { enabled: true, bestPractices: false, examples: false });
    expect(short).not.toHaveProperty("example");
    expect(short).not.toHaveProperty("bestPractice");
  });

  test("fill no place from names of the prototype chain", () => {
    const [lesson] = feedbackFor(folded([aStart(), aFailedCell(0, "constructor", "toString")]));
    expect(lesson?.explanation).toContain("raised an error");
  });
});

describe("cutting text", () => {
  test("keeps the beginning or the end within the limit, well-formed and as long as possible", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(60), (text, max) => {
        const [head, tail] = [headUtf8(text, max), tailUtf8(text, max)];
        const clean = Buffer.from(text).toString();
        expect(clean.startsWith(head)).toBe(true);
        expect(clean.endsWith(tail)).toBe(true);
        for (const cut of [head, tail]) {
          expect(utf8Length(cut)).toBeLessThanOrEqual(max);
          expect(utf8Length(cut)).toBeGreaterThan(Math.min(max, utf8Length(clean)) - 4);
        }
      }),
    );
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
