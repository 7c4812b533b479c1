import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  advance,
  emptyProgress,
  type Finding,
  judge,
  type RunnerEvent,
  type VerdictEvent,
} from "../../src/validation/index.js";
import {
  aCellEnd,
  aCellStart,
  aFailedCell,
  aFailedVerdict,
  aPassingRun,
  aStart,
  aVerdict,
  folded,
  KEY,
  OTHER_KEY,
  signed,
} from "./events.js";

const passingRun = folded(aPassingRun());
const failing: Finding = { check: "N1", severity: "failure", message: "df is None" };

describe("a passing verdict is believed", () => {
  test("when log, termination message and exit code agree", () => {
    const judgement = judge({ progress: passingRun, termination: aVerdict(), exitCode: 0 });
    expect(judgement).toEqual({ kind: "verdict", verdict: aVerdict(), resultsComplete: true });
  });

  test("when the log was rotated away but the termination message survived", () => {
    const judgement = judge({ progress: emptyProgress(), termination: aVerdict(), exitCode: 0 });
    expect(judgement).toMatchObject({ kind: "verdict", resultsComplete: false });
  });

  test("when the pod is gone but its log was read to the verdict", () => {
    expect(judge({ progress: passingRun, termination: undefined, exitCode: undefined }).kind).toBe("verdict");
  });

  test("when cells are missing and lost lines explain it", () => {
    const lines = signed(aPassingRun()).filter((_, index) => index !== 3);
    const progress = lines.reduce((before, line) => advance(before, KEY, line), emptyProgress());
    expect(judge({ progress, termination: aVerdict(), exitCode: 0 })).toMatchObject({
      kind: "verdict",
      resultsComplete: false,
    });
  });
});

describe("a run is an error, never a pass, when", () => {
  const cells = [0, 1, 2].flatMap((cell) => [aCellStart(cell), aCellEnd(cell)]);
  const pass = (events: RunnerEvent[], termination?: VerdictEvent, exitCode: number | undefined = 0) =>
    judge({ progress: folded(events), termination, exitCode });

  test.each<[string, ReturnType<typeof judge>, string, RegExp]>([
    ["there is no trace of it", pass([]), "VerdictMissing", /no verdict/],
    ["it ends without a verdict", pass([aStart(), ...cells]), "VerdictMissing", /exit code 0/],
    [
      "another attempt signed everything",
      judge({ progress: folded(aPassingRun(), OTHER_KEY), termination: undefined, exitCode: 0 }),
      "VerdictMissing",
      /no verdict/,
    ],
    ["the exit code disagrees", pass(aPassingRun(), aVerdict(), 137), "VerdictInconsistent", /exit code 137/],
    ["the two verdicts differ", pass(aPassingRun(), aVerdict({ seconds: 3 })), "VerdictInconsistent", /differs/],
    [
      "passing goes with a failing exit code",
      pass([aStart(), ...cells, aVerdict({ exitCode: 10 })], undefined, 10),
      "VerdictInconsistent",
      /exit code 10/,
    ],
    [
      "failing goes with exit code 0",
      pass([aStart(), ...cells, aVerdict({ verdict: "Failed" })]),
      "VerdictInconsistent",
      /Failed/,
    ],
    [
      "a cell failed",
      pass([aStart(), aCellEnd(0), aFailedCell(1), aCellEnd(2), aVerdict()]),
      "VerdictInconsistent",
      /cell 1 failed/,
    ],
    [
      "a failed cell is listed",
      pass(
        aPassingRun()
          .slice(0, -1)
          .concat(aVerdict({ failingCells: [{ cell: 2, message: "x" }] })),
      ),
      "VerdictInconsistent",
      /cell 2 failed/,
    ],
    [
      "a failed cell is counted",
      pass(
        aPassingRun()
          .slice(0, -1)
          .concat(aVerdict({ counts: { ...aVerdict().counts, failed: 1 } })),
      ),
      "VerdictInconsistent",
      /1 failed/,
    ],
    [
      "a check failed",
      pass([aStart(), aCellEnd(0), aCellEnd(1, { findings: [failing] }), aCellEnd(2), aVerdict()]),
      "VerdictInconsistent",
      /N1/,
    ],
    [
      "a static check failed",
      pass([aStart(), { type: "lint", at: "x", findings: [failing] }, ...cells, aVerdict()]),
      "VerdictInconsistent",
      /N1/,
    ],
    [
      "cells are missing and nothing was lost",
      pass([aStart(), aCellEnd(0), aCellEnd(1), aVerdict()]),
      "VerdictInconsistent",
      /2 of 3/,
    ],
    [
      "a cell never ended",
      pass([aStart(), aCellEnd(0), aCellEnd(1), aCellEnd(2), aCellStart(2), aVerdict()]),
      "VerdictInconsistent",
      /never ended/,
    ],
    [
      "it counts other cells than it began with",
      pass([aStart(4), ...cells, aVerdict()]),
      "VerdictInconsistent",
      /4 code cells/,
    ],
  ])("%s", (_, judgement, reason, message) => {
    expect(judgement).toMatchObject({ kind: "error", reason, message: expect.stringMatching(message) });
  });
});

test("a kill names the cell that was running", () => {
  const progress = folded([aStart(), aCellStart(0), aCellEnd(0), aCellStart(1)]);
  expect(judge({ progress, termination: undefined, exitCode: 137 })).toEqual({
    kind: "error",
    reason: "VerdictMissing",
    message: expect.stringMatching(/exit code 137 .* while cell 1 was running/),
    cell: 1,
  });
});

test("an exit code of the runner gives the reason when its verdict is lost", () => {
  const progress = folded([aStart(), aCellStart(0)]);
  expect(judge({ progress, termination: undefined, exitCode: 31 })).toMatchObject({
    kind: "error",
    reason: "OOMKilled",
    cell: 0,
  });
});

test("a failing verdict names its cell", () => {
  const verdict = aFailedVerdict(1);
  expect(
    judge({ progress: folded([aStart(), aFailedCell(1), verdict]), termination: verdict, exitCode: 10 }),
  ).toMatchObject({
    kind: "verdict",
    cell: 1,
  });
});

test("no evidence without a complete authenticated verdict that agrees ever passes", () => {
  const event = fc.oneof(
    fc.constant(aStart()),
    fc.nat(3).map(aCellStart),
    fc.nat(3).map((cell) => aCellEnd(cell)),
    fc.nat(3).map((cell) => aFailedCell(cell)),
    fc.constantFrom(
      aVerdict(),
      aVerdict({ exitCode: 10 }),
      aFailedVerdict(),
      aVerdict({ verdict: "PassedWithWarnings" }),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.boolean()), { maxLength: 12 }),
      fc.option(fc.constantFrom(aVerdict(), aFailedVerdict()), { nil: undefined }),
      fc.constantFrom(undefined, 0, 1, 10, 31, 137),
      (events, termination, exitCode) => {
        const lines = events.map(
          ([each, ours], index) => signed(Array(index + 1).fill(each), ours ? KEY : OTHER_KEY)[index] ?? "",
        );
        const progress = lines.reduce((before, line) => advance(before, KEY, line), emptyProgress());
        const judgement = judge({ progress, termination, exitCode });
        if (judgement.kind !== "verdict" || !judgement.verdict.verdict.startsWith("Passed")) return;
        expect([undefined, 0]).toContain(exitCode);
        expect(judgement.verdict.exitCode).toBe(0);
        expect(progress.cells.some(({ status }) => status === "Failure")).toBe(false);
        const ours = events.filter(([each, isOurs]) => isOurs && each.type === "verdict").map(([each]) => each);
        expect([...ours, termination]).toContainEqual(judgement.verdict);
      },
    ),
    { numRuns: 500 },
  );
});
