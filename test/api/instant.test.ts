import { expect, test } from "@jest/globals";
import { fromRfc3339 } from "../../src/api/index.js";

test("a time that nobody set is none, also as Kubernetes stores it", () => {
  expect(fromRfc3339(undefined)).toBeUndefined();
  expect(fromRfc3339(null)).toBeUndefined();
  expect(fromRfc3339("")).toBeUndefined();
});

test("a time is read whatever its offset and case", () => {
  const at = Date.UTC(2026, 0, 1, 10);
  expect(fromRfc3339("2026-01-01T10:00:00Z")).toBe(at);
  expect(fromRfc3339("2026-01-01t12:00:00.250+02:00")).toBe(at + 250);
});
