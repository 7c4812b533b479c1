import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseFieldSelector } from "../../src/kube/field-selector.js";
import { isKubeError } from "../../src/kube/index.js";
import { labelPredicate } from "../../src/kube/label-selector.js";

const key = fc.constantFrom("app", "tier", "example.org/name", "in", "notin");
const value: fc.Arbitrary<string> = fc.constantFrom("", "a", "b", "1", "7", "x-y.z_0");
const labels = fc.dictionary(key, value);

type Term = { readonly text: string; readonly holds: (labels: Record<string, string>) => boolean };

const term: fc.Arbitrary<Term> = fc.oneof(
  key.map((k): Term => ({ text: k, holds: (l) => k in l })),
  key.map((k): Term => ({ text: `!${k}`, holds: (l) => !(k in l) })),
  fc.tuple(key, value).map(([k, v]): Term => ({ text: `${k}=${v}`, holds: (l) => l[k] === v })),
  fc.tuple(key, value).map(([k, v]): Term => ({ text: `${k} == ${v}`, holds: (l) => l[k] === v })),
  fc.tuple(key, value).map(([k, v]): Term => ({ text: `${k} != ${v}`, holds: (l) => l[k] !== v })),
  fc
    .tuple(key, fc.array(value, { minLength: 1, maxLength: 3 }))
    .map(([k, vs]): Term => ({ text: `${k} in (${vs.join(", ")})`, holds: (l) => k in l && vs.includes(l[k] ?? "") })),
  fc.tuple(key, fc.array(value, { minLength: 1, maxLength: 3 })).map(
    ([k, vs]): Term => ({
      text: `${k} notin (${vs.join(",")})`,
      holds: (l) => !(k in l) || !vs.includes(l[k] ?? ""),
    }),
  ),
  fc
    .tuple(key, fc.integer({ min: 0, max: 9 }))
    .map(([k, n]): Term => ({ text: `${k}>${n}`, holds: (l) => /^\d+$/.test(l[k] ?? "") && Number(l[k]) > n })),
);

test("a label selector selects what all of its terms select", () => {
  fc.assert(
    fc.property(fc.array(term, { maxLength: 4 }), labels, (terms, given) => {
      const selects = labelPredicate(terms.map(({ text }) => text).join(","));
      expect(selects(given)).toBe(terms.every(({ holds }) => holds(given)));
    }),
  );
});

test("any text is a label selector or a BadRequest, nothing else", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab=!(),<> in\u00e9/".split("")) }), (text) => {
      try {
        labelPredicate(text)({ a: "b" });
      } catch (error) {
        expect(isKubeError(error, "BadRequest")).toBe(true);
      }
    }),
  );
});

test("a field selector gives back any value, escaped", () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (given, equal) => {
      const escaped = given.replaceAll(/[\\,=]/g, (character) => `\\${character}`);
      const parsed = parseFieldSelector(`metadata.name${equal ? "=" : "!="}${escaped},status.phase==Running`);
      expect(parsed).toEqual([
        { field: "metadata.name", equal, value: given },
        { field: "status.phase", equal: true, value: "Running" },
      ]);
    }),
  );
});
