// The runner has an RE2 of its own, in Python. What it is tested with must be what admission's engine says today.
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { RE2JS } from "re2js";
import { ExpectedLog } from "../../src/api/v1alpha1/validation.js";

interface Case {
  readonly pattern: string;
  readonly texts: readonly string[];
  readonly found: readonly (readonly [number, number])[][] | null;
}

interface Tables {
  readonly classes: Readonly<Record<string, string>>;
  readonly folds: readonly string[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const cases = read("../../runner/tests/re2_vectors.json") as Case[];
const tables = read("../../runner/nbv_runner/re2/unicode_tables.json") as Tables;

function unpacked(packed: string): number[] {
  let last = 0;
  return packed.split(" ").map((digits) => {
    last += Number.parseInt(digits, 36);
    return last;
  });
}

test("the runner's test cases say what admission's engine says: else run scripts/generate-re2-tables.mjs", () => {
  for (const { pattern, texts, found } of cases) {
    let compiled: RE2JS;
    try {
      compiled = RE2JS.compile(pattern);
    } catch {
      expect({ pattern, found }).toEqual({ pattern, found: null });
      continue;
    }
    const matched = texts.map((text) => compiled.test(text));
    expect({ pattern, matched }).toEqual({ pattern, matched: found?.map((spans) => spans.length > 0) });
  }
});

test("the runner's classes of characters begin and end where admission's do", () => {
  for (const [name, packed] of Object.entries(tables.classes)) {
    const numbers = unpacked(packed);
    const set = RE2JS.compile(`^\\p{${name}}$`);
    const has = (code: number) => set.test(String.fromCodePoint(code));
    for (let at = 0; at < numbers.length; at += 2) {
      const [low = 0, high = 0] = numbers.slice(at, at + 2);
      const seen = [low > 0 && has(low - 1), has(low), has(high), high < 0x10ffff && has(high + 1)];
      expect({ name, low, high, seen }).toEqual({ name, low, high, seen: [false, true, true, false] });
    }
  }
});

test("the runner takes the same letters for each other as admission under (?i)", () => {
  for (const orbit of tables.folds.map(unpacked)) {
    const letters = orbit.map((code) => String.fromCodePoint(code)).join("");
    for (const code of orbit) {
      expect(RE2JS.compile(`(?i)^\\x{${code.toString(16)}}+$`).test(letters)).toBe(true);
    }
  }
});

test.each([
  ["(?=a)", "no lookaround"],
  ["(a)\\1", "no backreferences"],
  ["a{1001}", "invalid repeat count"],
  [`(?:${"ab".repeat(20)}){1000}`, "it repeats too much"],
])("admission refuses the expression %s and says why", (pattern, why) => {
  const problem = ExpectedLog.safeParse({ pattern }).error?.issues[0]?.message;
  expect(problem).toContain(why);
});
