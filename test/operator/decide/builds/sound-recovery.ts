import { expect } from "@jest/globals";
import type { JobStatus } from "../../../../src/operator/decide/job.js";

/** What a run does otherwise is noted, counted, bounded, and never done twice for one reason. */
export function expectSoundRecovery({ recovery, recoveryAttempts = 0, phase, verdict, buildStatus }: JobStatus): void {
  const actions = recovery?.actions ?? [];
  expect(recoveryAttempts).toBe(actions.length);
  expect(recoveryAttempts).toBeLessThanOrEqual(3);
  expect(new Set(actions.map(({ action, reason }) => `${action} for ${reason}`)).size).toBe(actions.length);
  if (recovery?.image === undefined) return;
  expect(actions.map(({ action }) => action)).toContain("fallback-to-prebuilt");
  if (phase === "Succeeded") expect(verdict).toBe("PassedWithWarnings");
  expect(buildStatus?.published ?? false).toBe(false);
  expect(buildStatus?.recommendedImage).toBeUndefined();
}

/** A building job whose every decision is judged while the world does as it likes. */
