import { describe, expect, test } from "@jest/globals";
import { RecoveryAction } from "../../src/api/index.js";
import {
  FAILURE_REASONS,
  failureOf,
  isFailureReason,
  reasonAnchor,
  reasonRow,
  TEXT_PATTERNS,
  troubleshootingPage,
} from "../../src/recovery/index.js";

/** What recovery promises to tell apart, at least. */
const PROMISED = `ImagePullBackOff ErrImagePull ErrImageNeverPull InvalidImageName RegistryUnavailable CrashLoopBackOff
RunContainerError CreateContainerConfigError CreateContainerError InitContainerError SecurityContextViolation
PermissionDenied CommandNotFound OOMKilled EphemeralStorageExceeded Evicted Preempted NodeLost NodeShutdown
DeadlineExceeded Unschedulable QuotaExceeded VolumeMountFailed SecretMissing ConfigMapMissing GitAuthFailed GitNotFound
GitRefNotFound GitNetwork NotebookNotFound KernelDied KernelMissing CellTimeout ValidationTimeout BuildTimeout
TotalTimeout DependencyResolution DependencyHashMismatch DependencyNotFound DependencyConflict UnpinnedDependencies
DockerfileInvalid BuildPushDenied BuildCancelled BuildStrategyUnavailable NotebookError ChecksFailed ComparisonFailed
ModelsNotReady PredictionMismatch ApiTransient ApiForbidden InvalidSpec Unknown`.split(/\s+/);

test("every promised reason is in the catalogue", () => {
  expect(PROMISED.filter((reason) => !isFailureReason(reason))).toEqual([]);
});

test.each(FAILURE_REASONS)("%s says one sentence, what to do, and where to read on", (reason) => {
  const row = reasonRow(reason);
  expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
  expect(row.message).toMatch(/^[A-Z].*[^.]$/);
  expect(row.suggestedAction).toMatch(/^[A-Z].*[^.]$/);
  expect(reasonAnchor(reason)).toBe(`docs/troubleshooting.md#${reason.toLowerCase()}`);
  expect(failureOf(reason)).toMatchObject({ reason, message: row.message, budget: row.budget ?? "job" });
});

test("the platform pays only for what is the platform's fault and passes", () => {
  const free = FAILURE_REASONS.filter((reason) => reasonRow(reason).budget === "platform");
  for (const reason of free) expect(reasonRow(reason)).toMatchObject({ fault: "platform", errorType: "transient" });
});

describe("the troubleshooting page", () => {
  const page = troubleshootingPage();

  test.each(FAILURE_REASONS)("explains %s at the place that its anchor names", (reason) => {
    const [, section = ""] = page.split(`\n## ${reason}\n`);
    const told = section.split("\n## ")[0] ?? "";
    expect(told).toContain(reasonRow(reason).suggestedAction);
    for (const action of failureOf(reason).recoveries) expect(told).toContain(`\`${action}\``);
  });

  test("lists every line of the floor", () => {
    for (const { pattern } of TEXT_PATTERNS) expect(page).toContain(`\`${pattern.source}\``);
  });

  test("names every recovery action", () => {
    for (const action of RecoveryAction.options) expect(page).toContain(`| \`${action}\` |`);
  });
});
