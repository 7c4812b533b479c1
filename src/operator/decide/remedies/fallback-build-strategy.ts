import { BuildStrategyName } from "../../../api/index.js";
import { openAttempt } from "../attempts.js";
import { withoutImage } from "../builds/build-attempts.js";
import { strategiesLeft } from "../builds/choose-strategy.js";
import { flightOf } from "../builds/flight.js";
import { awaitsImage } from "../builds/gate.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import type { RemedyOf } from "./remedy.js";

/**
 * Builds by the next strategy, with a budget of its own: after a build that failed for a reason of its strategy, and after
 * the crash at start of an image that was built.
 */
export const fallbackBuildStrategy: RemedyOf = (turn, status, failure) => {
  if (!awaitsImage(turn, status)) return undefined;
  const failed = BuildStrategyName.safeParse(status.buildStatus?.strategy).data;
  if (failed === undefined) return undefined;
  if (failure.stage !== "build" && !runsBuiltImage(turn, status)) return undefined;
  const abandonedStrategies = [...new Set([...(status.recovery?.abandonedStrategies ?? []), failed])];
  const next = nextStrategy({ ...turn, status: { ...status, recovery: { ...status.recovery, abandonedStrategies } } });
  if (next === undefined) return undefined;
  return {
    detail: `${failed} → ${next}`,
    apply: (noted) => ({
      ...withoutImage(noted),
      recovery: { ...noted.recovery, abandonedStrategies, abandonedBuildRetries: noted.buildRetryCount ?? 0 },
    }),
  };
};

function runsBuiltImage({ metadata }: ValidTurn, status: JobStatus): boolean {
  const image = openAttempt(status, metadata.name)?.image;
  return image !== undefined && image === status.buildStatus?.imageDigest;
}

/** Which strategy would build now. While the repository's facts are not known, nothing tells what it could not do. */
function nextStrategy({ seen, effective, ...turn }: ValidTurn): BuildStrategyName | undefined {
  const available = seen.builds?.available;
  if (seen.environment?.kind !== "read") {
    return strategiesLeft(effective, available ?? [], turn.status.recovery?.abandonedStrategies)[0];
  }
  const flight = flightOf({ ...turn, seen, effective }, seen.environment.question, available);
  return flight.kind === "flight" ? flight.strategy : undefined;
}
