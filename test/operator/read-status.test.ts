import { expect, test } from "@jest/globals";
import { knowStatus, statusOf } from "../../src/operator/decide/read-status.js";

test("a status is read without what makes no sense", () => {
  expect(statusOf(Object.freeze({ phase: "Failed", retryCount: "many" }))).toEqual({ phase: "Failed" });
  expect(statusOf(undefined)).toEqual({});
});

test("a status that the operator decided itself is not read again", () => {
  const decided = Object.freeze({ phase: "Failed" as const });
  knowStatus(decided, decided);
  expect(statusOf(decided)).toBe(decided);
});

test("a status that can still change is never taken as known", () => {
  expect(() => knowStatus({ phase: "Failed" }, {})).toThrow(TypeError);
  const changing = { phase: "Failed" };
  expect(statusOf(changing)).toEqual({ phase: "Failed" });
  changing.phase = "Succeeded";
  expect(statusOf(changing)).toEqual({ phase: "Succeeded" });
});
