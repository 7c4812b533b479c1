import { expect } from "@jest/globals";
import type { Failure } from "../../../src/recovery/index.js";
import type { ExpectedFailure } from "./pod-failures.js";

/** Asserts that a failure is taken for what it is. */
export function expectFailure(failure: Failure | undefined, { says, ends: _, ...expected }: ExpectedFailure): void {
  expect(failure).toMatchObject({ errorType: "transient", ...expected });
  expect(failure?.message).toMatch(says);
}
