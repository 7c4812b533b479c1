import type { EnvironmentPlan } from "../../../build/index.js";
import { sentence } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";

/** How many warnings a status holds (`status.source.warnings`). */
const MAX_WARNINGS = 64;
/** Longest path in a status, in characters. */
const MAX_PATH = 1024;

/** The status with what the job's environment is made from, and why. */
export function withEnvironment(status: JobStatus, plan: EnvironmentPlan, warnings: readonly string[]): JobStatus {
  const { kind, path, reason } = plan.source;
  const withSource = withSourceWarnings(status, [...plan.warnings, ...warnings]);
  return {
    ...withSource,
    environmentDigest: plan.digest,
    source: {
      ...withSource.source,
      environmentSource: {
        kind,
        ...(path !== undefined && { path: path.slice(0, MAX_PATH) }),
        reason: sentence(reason),
        ...(plan.repositoryAt !== undefined && { repositoryAt: plan.repositoryAt.slice(0, MAX_PATH) }),
      },
    },
    ...(plan.lockedBy !== undefined && {
      environment: { ...status.environment, lockedBy: plan.lockedBy.slice(0, MAX_PATH) },
    }),
  };
}

/** The status with more of what is legal but unwise, each said once. */
export function withSourceWarnings(status: JobStatus, more: readonly string[]): JobStatus {
  const warnings = [...new Set([...(status.source?.warnings ?? []), ...more.map(sentence)])];
  return warnings.length === 0
    ? status
    : { ...status, source: { ...status.source, warnings: warnings.slice(0, MAX_WARNINGS) } };
}
