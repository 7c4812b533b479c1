import { describe, expect, test } from "@jest/globals";
import { feedbackFor, type RunnerEvent } from "../../src/validation/index.js";
import { aCellEnd, aCellStart, aFailedCell, aStart, aVerdict, folded } from "./events.js";

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
