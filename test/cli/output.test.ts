import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { printable, serialize } from "../../src/cli/output.js";

const HIDDEN: [what: string, text: string, shown: string][] = [
  ["a colour", "\x1b[31m", "\\x1b[31m"],
  ["a control of one byte", "\x9b31m", "\\x9b31m"],
  ["a tab", "\t", "\\x09"],
  ["a carriage return", "\r", "\\x0d"],
  ["a mark of direction", "\u061c\u202e\u2066", "\\x61c\\x202e\\x2066"],
  ["a soft hyphen", "\u00ad", "\\xad"],
  ["a word joiner", "\u2060", "\\x2060"],
  ["a line separator", "\u2028", "\\x2028"],
  ["a filler", "\u3164", "\\x3164"],
  ["tags", "\u{e0001}\u{e0041}", "\\xe0001\\xe0041"],
  ["variants", "\u{e0100}", "\\xe0100"],
];

test.each(HIDDEN)("%s is printed as an escape", (_, text, shown) => {
  expect(printable(`a${text}b`)).toBe(`a${shown}b`);
});

test("what is meant to be seen is printed as it is, on one line", () => {
  expect(printable("straße, 数据, ⚠️ ✅ 🚀,\nnaïve")).toBe("straße, 数据, ⚠️ ✅ 🚀, naïve");
});

describe.each(["json", "yaml"] as const)("a report as %s", (format) => {
  const read = (text: string): unknown => (format === "json" ? JSON.parse(text) : parse(text));
  // What either format may hold as it is: its own line ends and indentation.
  const UNSEEN = /(?![\t\n\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;

  test.each(HIDDEN.map(([what, text]) => [what, text] as const))(
    "shows %s as an escape that reads as itself, in names, lines and lists",
    (_, text) => {
      const report = {
        [`name${text}`]: text,
        lines: `one\n\ttwo${text}\nthree\n`,
        list: [`${text}: #`, `'"${text}\\`],
      };
      const written = serialize(report, format);
      expect(written).not.toMatch(UNSEEN);
      expect(read(written)).toEqual(report);
    },
  );

  test("is the same value, whatever it holds", () => {
    // No line ends: the YAML library itself reads " \n" as another text than it wrote.
    const signs = [..."ab :#'\"\\\t-|>&*{}[],%\x85", ...HIDDEN.flatMap(([, text]) => [...text])];
    const text = fc.string({ unit: fc.constantFrom(...signs), maxLength: 12 });
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (report) => {
        const written = serialize(report, format);
        expect(written).not.toMatch(UNSEEN);
        expect(read(written)).toEqual(report);
      }),
      { numRuns: 500 },
    );
  });
});

test("lines that hide nothing stay lines in YAML", () => {
  expect(serialize({ log: "one\n\ttwo ⚠️\n", name: "straße" }, "yaml")).toBe("log: |\n  one\n  \ttwo ⚠️\nname: straße\n");
});
