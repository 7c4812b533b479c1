import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseQuantity, Resources } from "../../src/api/index.js";

describe("quantities", () => {
  test.each([
    ["500m", 0.5],
    ["2", 2],
    [3, 3],
    ["2Gi", 2 ** 31],
    ["1.5G", 1.5e9],
    ["1e3", 1000],
    [".5Ki", 512],
    ["100n", 1e-7],
  ])("%p is %d", (text, amount) => expect(parseQuantity(text)).toBeCloseTo(amount, 12));

  test.each(["", "8Gb", "2 Gi", "Gi", "1.5.2", "1e", "0x10"])("%p is not a quantity", (text) => {
    expect(() => parseQuantity(text)).toThrow(/is not a quantity/);
    expect(Resources.safeParse({ limits: { memory: text } }).success).toBe(false);
  });

  test("a whole number means the same with and without quotes", () => {
    fc.assert(fc.property(fc.nat(), (amount) => expect(parseQuantity(String(amount))).toBe(parseQuantity(amount))));
  });

  test("a thousandth of a thousand is one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (n) =>
        expect(parseQuantity(`${n * 1000}m`)).toBeCloseTo(n, 6),
      ),
    );
  });

  test("negative amounts are refused by the contract", () => {
    expect(Resources.safeParse({ limits: { cpu: "-1" } }).success).toBe(false);
    expect(Resources.safeParse({ limits: { cpu: -1 } }).success).toBe(false);
  });
});
