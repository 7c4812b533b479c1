import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FAILURE_REASONS, failureOf, reasonRow } from "../../src/recovery/index.js";

describe("what may be done depends on the container that failed", () => {
  test.each([
    ["ImagePullBackOff", undefined, "retry fallback-to-prebuilt wait-for-resolution"],
    ["ImagePullBackOff", "notebook", "retry fallback-to-prebuilt wait-for-resolution"],
    ["ImagePullBackOff", "source", "retry skip-init-container wait-for-resolution"],
    ["ImagePullBackOff", "istio-proxy", "retry wait-for-resolution"],
    ["CommandNotFound", "notebook", "fallback-build-strategy fallback-to-prebuilt"],
    ["CommandNotFound", "source", "skip-init-container"],
    ["CommandNotFound", "istio-proxy", ""],
    ["OOMKilled", "notebook", "increase-memory"],
    ["OOMKilled", "source", "skip-init-container"],
    ["OOMKilled", "istio-proxy", ""],
    ["SecurityContextViolation", undefined, "skip-init-container"],
    ["SecurityContextViolation", "source", "skip-init-container"],
    ["SecurityContextViolation", "notebook", ""],
    ["InitContainerError", "source", "skip-init-container retry"],
    ["GitNetwork", undefined, "retry wait-for-resolution"],
    ["GitNetwork", "source", "retry skip-init-container wait-for-resolution"],
    ["GitAuthFailed", undefined, ""],
    ["GitAuthFailed", "source", "skip-init-container"],
    ["SecretMissing", "source", "skip-init-container wait-for-resolution retry"],
  ] as const)("%s of %s: %s", (reason, failedContainer, recoveries) => {
    expect(failureOf(reason, { failedContainer }).recoveries.join(" ")).toBe(recoveries);
  });

  test.each(["NotebookNotFound", "GitRefused"] as const)(
    "%s lies in the commit: a copy of it is no better",
    (reason) => {
      expect(failureOf(reason, { failedContainer: "source" }).recoveries).toEqual([]);
    },
  );

  test("a signal that knows what its container is for is believed", () => {
    expect(failureOf("OOMKilled", { failedContainer: "trainer", role: "notebook" }).recoveries).toEqual([
      "increase-memory",
    ]);
  });
});

describe("of every reason", () => {
  const failures = fc.record({
    reason: fc.constantFrom(...FAILURE_REASONS),
    errorType: fc.option(fc.constantFrom("transient", "permanent", "unknown"), { nil: undefined }),
    failedContainer: fc.option(fc.constantFrom("source", "notebook", "istio-proxy"), { nil: undefined }),
  });

  test("what is permanent is never tried again unchanged, and nothing is tried twice", () => {
    fc.assert(
      fc.property(failures, ({ reason, ...details }) => {
        const { errorType, recoveries } = failureOf(reason, details);
        expect(new Set(recoveries).size).toBe(recoveries.length);
        if (errorType === "permanent") expect(recoveries).not.toContain("retry");
      }),
    );
  });

  test("what is not permanent is always tried again, so that plain retries remain without smart recovery", () => {
    fc.assert(
      fc.property(failures, ({ reason, ...details }) => {
        const { errorType, recoveries } = failureOf(reason, details);
        if (errorType !== "permanent") expect(recoveries).toContain("retry");
      }),
    );
  });

  test.each(FAILURE_REASONS)("%s waits for something that is named, if it waits", (reason) => {
    const { recoveries = [], waitsFor } = reasonRow(reason);
    expect(waitsFor !== undefined).toBe(recoveries.includes("wait-for-resolution"));
  });
});
