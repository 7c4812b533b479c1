import { describe, expect, test } from "@jest/globals";
import { ValidationConfig } from "../../src/api/index.js";
import {
  type AskedChecks,
  advance,
  assembleResults,
  CHECK_IDS,
  emptyProgress,
  type Finding,
  type RunnerEvent,
  type VerdictEvent,
} from "../../src/validation/index.js";
import { aCellEnd, aCellStart, aStart, aVerdict, KEY, signed } from "./events.js";

const at = "2026-11-21T10:00:00.000Z";
const everything: AskedChecks = {
  validationConfig: ValidationConfig.parse({
    expectedOutputs: [{ cell: 1, type: "float" }],
    expectedFiles: [{ path: "model.pkl" }, { path: "scores.csv" }],
    expectedLogs: [{ pattern: "done" }],
  }),
  hasGolden: true,
};
const matched: RunnerEvent = { type: "comparison", at, result: { result: "matched" } };

interface Run {
  findings?: Finding[];
  checks?: readonly string[] | null;
  comparison?: RunnerEvent;
  verdict?: Partial<VerdictEvent>;
  without?: string;
}

/** What the status says of a run of three cells, apart from its findings. */
function proven(run: Run, asked = everything): string[] {
  const { findings = [], checks = CHECK_IDS, comparison = matched, verdict = {}, without } = run;
  const events: RunnerEvent[] = [
    { ...aStart(), ...(checks && { checks: [...checks] }) },
    ...[0, 1, 2].flatMap((cell) => [aCellStart(cell), aCellEnd(cell)]),
    { type: "lint", at, findings },
    comparison,
    aVerdict(verdict),
  ];
  const lines = signed(events).filter((_, index) => events[index]?.type !== without);
  const progress = lines.reduce((before, line) => advance(before, KEY, line), emptyProgress());
  const { validationChecks = [] } = assembleResults(progress, { storeOutputs: true, budgetBytes: 100_000, asked });
  return validationChecks
    .filter(({ status, type }) => (status === "Passed" || status === "Skipped") && type !== "ExitCode")
    .map(({ type, status, message }) => `${type} ${status}: ${message}`);
}

const ALL = [
  "OutputVerification Passed: 1 output is as the job expects",
  "OutputVerification Passed: The outputs match the golden notebook",
  "ExpectedFile Passed: 2 expected files are found",
  "ExpectedLog Passed: 1 expected text is found in the output",
  "Assertions Passed: The notebook has assertions, and a check with each step that loads, merges or trains",
];
const aFinding = (check: string, more: Partial<Finding> = {}): Finding => ({
  check,
  severity: "failure",
  message: "not so",
  ...more,
});
const failed = { verdict: "Failed", exitCode: 11, reason: "CheckFailed" } as const;

describe("what a job asks for by name", () => {
  test("is said to be proven when the whole run speaks for it", () => {
    expect(proven({})).toEqual(ALL);
    expect(proven({}, {})).toEqual(ALL.slice(4));
  });

  test.each<[string, Finding, number[]]>([
    ["an output", aFinding("X1", { cell: 1 }), [1, 2, 3, 4]],
    ["an output, if only warned about", aFinding("X1", { cell: 1, severity: "warning" }), [1, 2, 3, 4]],
    ["the golden notebook", aFinding("G1", { cell: 1 }), [0, 2, 3, 4]],
    ["a file", aFinding("X3", { evidence: { path: "model.pkl" } }), [0, 1, 3, 4]],
    ["a text of the log", aFinding("X3", { evidence: { pattern: "done" } }), [0, 1, 2, 4]],
    ["assertions, if only noted", aFinding("A2", { severity: "note", cell: 0 }), [0, 1, 2, 3]],
  ])("is not proven where something speaks against it: %s", (_, finding, rest) => {
    const verdict = finding.severity === "failure" ? failed : {};
    expect(proven({ findings: [finding], verdict })).toEqual(rest.map((index) => ALL[index]));
  });

  test("is not proven by a runner that does not make the check, or does not say so", () => {
    expect(proven({ checks: [] })).toEqual([]);
    expect(proven({ checks: null })).toEqual([]);
    expect(proven({ checks: CHECK_IDS.filter((id) => id !== "X3") })).toEqual([ALL[0], ALL[1], ALL[4]]);
  });

  test("is not proven by a comparison that did not happen", () => {
    expect(proven({ comparison: { type: "comparison", at, result: { result: "skipped" } } })).not.toContain(ALL[1]);
  });

  test("is not proven by a run that ended early, or that was not seen as a whole", () => {
    expect(proven({ verdict: { verdict: "Failed", exitCode: 10, reason: "NotebookError" } })).toEqual([]);
    expect(proven({ findings: [aFinding("E5", { severity: "warning", cell: 1 })] })).toEqual([]);
    expect(proven({ without: "verdict" })).toEqual([]);
    expect(proven({ without: "lint" })).toEqual([]);
    expect(proven({ without: "start" })).toEqual([]);
  });

  test("is said to be skipped where the job's own switch leaves it out", () => {
    const { validationConfig } = everything;
    const asked = { validationConfig: { ...validationConfig, checkOutputTypes: false } };
    expect(proven({ checks: CHECK_IDS.filter((id) => id !== "X1") }, asked)).toEqual([
      ...ALL.slice(2),
      "OutputVerification Skipped: 1 expected output is not checked: validationConfig.checkOutputTypes is false",
    ]);
  });
});

describe("an attempt without a verdict", () => {
  const killed = signed([aStart(), aCellStart(0), aCellEnd(0), aCellStart(1)]).reduce(
    (before, line) => advance(before, KEY, line),
    emptyProgress(),
  );
  const ending = { reason: "OOMKilled", message: "It ran out of memory: killed while cell 1 was running" };

  test("blames the cell that was running when everything was killed", () => {
    const { results } = assembleResults(killed, { storeOutputs: true, budgetBytes: 100_000, ending });
    expect(results).toMatchObject([
      { cellIndex: 0, status: "Success" },
      { cellIndex: 1, status: "Failure", errorName: "OOMKilled", errorMessage: ending.message },
    ]);
  });

  test("teaches about its end and names the cell", () => {
    const { educationalFeedback } = assembleResults(killed, { storeOutputs: true, budgetBytes: 100_000, ending });
    expect(educationalFeedback).toMatchObject([
      { cell: 1, severity: "error", issue: ending.message, explanation: expect.stringContaining("while cell 1 was") },
    ]);
  });

  test("that still runs has a running cell", () => {
    const { results, educationalFeedback } = assembleResults(killed, { storeOutputs: true, budgetBytes: 100_000 });
    expect(results?.at(-1)).toMatchObject({ cellIndex: 1, status: "Running" });
    expect(educationalFeedback).toBeUndefined();
  });
});

test("a cell that a check of the whole run failed is kept longer than others", () => {
  const cells = Array.from({ length: 40 }, (_, cell) => aCellEnd(cell, { output: "x".repeat(500) }));
  const findings = [aFinding("G1", { cell: 35 })];
  const events: RunnerEvent[] = [aStart(40), ...cells, { type: "lint", at, findings }];
  const progress = signed(events).reduce((before, line) => advance(before, KEY, line), emptyProgress());
  const { results } = assembleResults(progress, { storeOutputs: true, budgetBytes: 6000 });
  expect(results?.filter(({ output }) => output !== undefined).map(({ cellIndex }) => cellIndex)).toContain(35);
});
