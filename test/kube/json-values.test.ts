import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { applyMergePatch, createMergePatch } from "../../src/kube/index.js";
import { cloneJson, equalJson, freezeJson, type JsonObject } from "../../src/kube/json.js";

const withoutNulls = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("a", "b", 0, 1, true),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__", "constructor"), tie("value"), { maxKeys: 4 }),
})).object as fc.Arbitrary<JsonObject>;

describe("merge patch", () => {
  // The examples of RFC 7386, appendix A.
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j patched with %j", (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  test("the patch between two values leads from one to the other, and there is none between equals", () => {
    fc.assert(
      fc.property(withoutNulls, withoutNulls, (from, to) => {
        const [before, after] = [JSON.stringify(from), JSON.stringify(to)];
        const patch = createMergePatch(from, to);
        expect(equalJson(patch === undefined ? from : applyMergePatch(from, patch), to)).toBe(true);
        expect(patch === undefined).toBe(equalJson(from, to));
        expect([JSON.stringify(from), JSON.stringify(to)]).toEqual([before, after]);
      }),
    );
  });
});

test("a frozen value is frozen everywhere, however deep it is", () => {
  fc.assert(
    fc.property(withoutNulls, (value) => {
      const isFrozen = (part: unknown): boolean =>
        typeof part !== "object" || part === null || (Object.isFrozen(part) && Object.values(part).every(isFrozen));
      expect(isFrozen(freezeJson(value))).toBe(true);
    }),
  );
  let deep: JsonObject = {};
  for (let level = 0; level < 100_000; level++) deep = { deep };
  expect(Object.isFrozen(freezeJson(deep)["deep"])).toBe(true);
});

test("a copy is equal and shares nothing", () => {
  fc.assert(
    fc.property(withoutNulls, (value) => {
      const copy = cloneJson(value);
      expect(equalJson(copy, value)).toBe(true);
      expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
      for (const key of Object.keys(value)) if (typeof value[key] === "object") expect(copy[key]).not.toBe(value[key]);
    }),
  );
});
