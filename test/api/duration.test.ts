import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../src/api/index.js";

describe("durations", () => {
  test.each([
    ["90s", 90_000],
    ["1m30s", 90_000],
    ["1h30m", 5_400_000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
    ["168h", 604_800_000],
  ])("%s is %d ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(["", "5", "5 m", "-1m", "1d", "m", "1h-5m", "PT5M", "1e3s"])("%p is not a duration", (text) => {
    expect(() => parseDuration(text)).toThrow(/is not a duration/);
  });

  test("whatever is written can be read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * 365 * 24 * 3_600_000 }), (ms) =>
        expect(parseDuration(formatDuration(ms))).toBe(ms),
      ),
    );
  });

  test("people get round numbers", () => {
    expect([0, 250, 2500, 90_000, 3_600_000, 5_400_000].map(formatDuration)).toEqual([
      "0s",
      "250ms",
      "2.5s",
      "1m30s",
      "1h",
      "1h30m",
    ]);
  });
});
