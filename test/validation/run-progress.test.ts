import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { advance, emptyProgress, isComplete, type RunnerEvent, type RunProgress } from "../../src/validation/index.js";
import { MAX_CELLS } from "../../src/validation/run-progress.js";
import { aCellEnd, aCellStart, aFailedCell, aPassingRun, aStart, aVerdict, KEY, OTHER_KEY, signed } from "./events.js";

function fold(lines: readonly string[], from: RunProgress = emptyProgress()): RunProgress {
  return lines.reduce((progress, line) => advance(progress, KEY, line), from);
}

/** Everything but the count of lines that are not ours. */
function accepted({ foreignLines: _, ...rest }: RunProgress) {
  return rest;
}

const run = signed(aPassingRun());

const forgedLine = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.constantFrom(...signed(aPassingRun(), OTHER_KEY)),
  fc.tuple(fc.constantFrom(...run), fc.nat(200)).map(([line, at]) => `${line.slice(0, at)}!${line.slice(at + 1)}`),
);

describe("the fold of a log", () => {
  test("follows a run to its verdict", () => {
    const progress = fold(run);
    expect(progress.cells.map(({ cell }) => cell)).toEqual([0, 1, 2]);
    expect(progress.verdict?.verdict).toBe("Passed");
    expect(progress.running).toBeUndefined();
    expect(isComplete(progress)).toBe(true);
  });

  test("knows the cell that was running when the log ends", () => {
    expect(fold(run.slice(0, 5)).running?.cell).toBe(1);
  });

  test("counts what was lost", () => {
    const progress = fold([...run.slice(0, 2), ...run.slice(4)]);
    expect(progress.gaps).toBe(2);
    expect(isComplete(progress)).toBe(false);
  });

  test("ignores whatever comes after the verdict", () => {
    const late = signed([...aPassingRun(), aFailedCell(1), aVerdict({ message: "another" })]);
    expect(fold(late)).toEqual(fold(run));
  });

  test("keeps a cell once, as it was told last", () => {
    const progress = fold(signed([aStart(), aCellEnd(1), aCellEnd(0), aFailedCell(1)]));
    expect(progress.cells.map(({ cell, status }) => [cell, status])).toEqual([
      [0, "Success"],
      [1, "Failure"],
    ]);
  });

  test("an event that is not about the running cell does not end it", () => {
    expect(fold(signed([aStart(), aCellStart(1), aCellEnd(0)])).running?.cell).toBe(1);
  });

  test("remembers no more cells than fit, and says so", () => {
    const events: RunnerEvent[] = Array.from({ length: MAX_CELLS + 3 }, (_, cell) => aCellEnd(cell));
    const progress = fold(signed(events));
    expect(progress.cells).toHaveLength(MAX_CELLS);
    expect(progress.dropped).toBe(3);
  });

  test("a notebook without the key can neither make nor change an accepted event, wherever it writes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(run.length), forgedLine), { maxLength: 20 }), (forgeries) => {
        const log = run.flatMap((line, at) => [
          ...forgeries.filter(([to]) => to === at).map(([, forged]) => forged),
          line,
        ]);
        expect(accepted(fold(log))).toEqual(accepted(fold(run)));
      }),
    );
  });

  test("a log that is read again, in part or twice, gives the same state", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(run.length), { maxLength: 6 }), (stops) => {
        // Each interruption reads the log from its beginning to some line; the last reading is complete.
        const readings = stops.map((stop) => run.slice(0, stop));
        expect(fold([...readings.flat(), ...run])).toEqual(fold(run));
      }),
    );
  });

  test("numbers never fall and what is known never gets lost, in whatever order lines come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...run, ...run.slice(3)]), (lines) => {
        let before = emptyProgress();
        for (const line of lines) {
          const after = advance(before, KEY, line);
          expect(after.lastSeq).toBeGreaterThanOrEqual(before.lastSeq);
          expect(after.gaps).toBeGreaterThanOrEqual(before.gaps);
          expect(after.cells.length).toBeGreaterThanOrEqual(before.cells.length);
          if (before.verdict) expect(after).toEqual(before);
          before = after;
        }
        expect(before.lastSeq).toBeLessThanOrEqual(run.length);
      }),
    );
  });
});
