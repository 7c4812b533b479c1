import { expect } from "@jest/globals";
import type { JobStatus } from "../../bench.js";

/** Expects that a run passed on the pre-built image, with a warning, since its own was not to be had for that reason. */
export function expectStandIn(status: JobStatus | undefined, image: string, reason: unknown): void {
  const action = "fallback-to-prebuilt";
  expect(status).toMatchObject({
    phase: "Succeeded",
    verdict: "PassedWithWarnings",
    recoveryAttempts: 1,
    recovery: { image, actions: [{ action, reason }] },
  });
  expect(status?.attempts?.slice(0, 2)).toMatchObject([
    { outcome: "PassedWithWarnings", image },
    { reason, action },
  ]);
  expect(status?.message).toMatch(/Attempted recovery: fallback to pre-built image .*Result: the notebook passed/);
}
