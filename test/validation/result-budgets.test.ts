import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotebookValidationJobStatus } from "../../src/api/index.js";
import { headUtf8, tailUtf8, utf8Length } from "../../src/api/utf8.js";
import { assembleResults, type CellEndEvent, fitStatus } from "../../src/validation/index.js";
import { aCellEnd, aFailedCell, aStart, folded } from "./events.js";

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

  const conditions = Array.from({ length: 20 }, (_, index) => ({
    type: `Condition${index}`,
    status: "False" as const,
    reason: "Because",
    message: "m".repeat(30_000),
    lastTransitionTime: "2026-11-21T10:00:00Z",
  }));

  test("a status of nothing but long messages fits, too", () => {
    const fitted = fitStatus({ phase: "Failed", message: "m".repeat(30_000), conditions }, 16_384);
    expect(bytes(fitted)).toBeLessThanOrEqual(16_384);
    expect(fitted.conditions).toHaveLength(20);
  });

  test("a status that is cut keeps its last build: the run goes on with it, or after it", () => {
    const build = (number: number) => ({
      number,
      buildName: `nbv-build-0123456789-${number}`,
      message: "m".repeat(1000),
    });
    const buildStatus = {
      phase: "Failed" as const,
      attempts: Array.from({ length: 40 }, (_, index) => build(40 - index)),
    };
    const fitted = fitStatus({ phase: "Retrying", buildStatus, conditions }, 16_384);
    expect(fitted.buildStatus?.attempts).toMatchObject([{ buildName: "nbv-build-0123456789-40" }]);
    expect(bytes(fitted)).toBeLessThanOrEqual(16_384);
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
