import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CHECK_FEEDBACK } from "../../src/validation/feedback/checks.js";
import { ENDING_FEEDBACK } from "../../src/validation/feedback/endings.js";
import { lessonFrom, placesOf, variants } from "../../src/validation/feedback/entry.js";
import { EXCEPTION_FEEDBACK } from "../../src/validation/feedback/exceptions.js";
import { CODE_FORMS } from "../../src/validation/feedback/facts.js";
import { CHECK_IDS, feedbackDocument } from "../../src/validation/index.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const vectors = JSON.parse(read("test/fixtures/lesson-vectors.json")) as {
  check: keyof typeof CHECK_FEEDBACK;
  evidence: Record<string, string | number | boolean | null>;
  explanation: string;
  example: string;
  suggestion: string;
}[];
const entries = [
  ...Object.entries(CHECK_FEEDBACK),
  ...Object.entries(EXCEPTION_FEEDBACK),
  ...Object.entries(ENDING_FEEDBACK),
];

describe("the catalogue", () => {
  test("has an entry for every check, with code and a next step for all that can count", () => {
    expect(Object.keys(CHECK_FEEDBACK).sort()).toEqual([...CHECK_IDS].sort());
    for (const id of CHECK_IDS) {
      const { example, suggestion } = CHECK_FEEDBACK[id];
      if (id !== "S1") expect([id, variants(example).length > 0]).toEqual([id, true]);
      if (!["S1", "E4"].includes(id)) expect([id, variants(suggestion).length > 0]).toEqual([id, true]);
    }
  });

  test.each(entries)("%s can always be told, also when no fact is known", (_, entry) => {
    const asksForCell = variants(entry.explanation).flatMap(placesOf).includes("whileCell");
    const facts = asksForCell ? { whileCell: "" } : {};
    const lesson = lessonFrom(entry, facts);
    for (const part of ["explanation", "bestPractice", "example", "suggestion"] as const) {
      expect([part, lesson[part] ?? ""]).toEqual([part, expect.not.stringContaining("%{")]);
      if (entry[part] !== undefined) expect([part, lesson[part]]).toEqual([part, expect.stringMatching(/\S/)]);
    }
  });

  test.each(entries)("%s puts into code only facts whose form is known", (_, { example }) => {
    for (const place of variants(example).flatMap(placesOf)) expect(Object.keys(CODE_FORMS)).toContain(place);
  });

  test("what the runner carries is this catalogue (npm run docs)", () => {
    expect(read("runner/nbv_runner/feedback.json")).toBe(feedbackDocument());
  });
});

describe("a lesson", () => {
  test.each(vectors)("of $check with $evidence", ({ check, evidence, explanation, example, suggestion }) => {
    const lesson = lessonFrom(CHECK_FEEDBACK[check], evidence);
    const begins = (text: string | undefined, as: string) => expect(text?.slice(0, as.length)).toBe(as);
    begins(lesson.explanation, explanation);
    begins(lesson.example, example);
    begins(lesson.suggestion, suggestion);
  });

  test("puts no text into code that could end a string, a line or a name", () => {
    const fact = fc.string({ unit: "binary" });
    const odd = fc.constantFrom('"', "'", "\\", "{", "}", "\n", "\u2028", "%");
    fc.assert(
      fc.property(fact, odd, fact, (before, bad, after) => {
        const text = `${before}${bad}${after}`;
        const facts = Object.fromEntries(Object.keys(CODE_FORMS).map((name) => [name, text]));
        for (const [, entry] of entries) {
          const { example } = lessonFrom(entry, facts);
          expect(example).toEqual(lessonFrom(entry, {}).example);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is on one line where it quotes", () => {
    const { explanation } = lessonFrom(CHECK_FEEDBACK.E7, { command: "a\n\tb" });
    expect(explanation).toContain("`a b`");
  });
});
