import { openAttempt } from "../attempts.js";
import { allowsStandIn } from "../builds/gate.js";
import type { RemedyOf } from "./remedy.js";

/**
 * Runs the job's pre-built image, or the operator's default one, in place of the environment that can't be built or
 * pulled. It is another environment: see `allowsStandIn`.
 */
export const fallbackToPrebuilt: RemedyOf = (turn, status) => {
  const image = turn.effective.containerImage;
  if (!allowsStandIn(turn) || status.recovery?.image !== undefined) return undefined;
  if (openAttempt(status, turn.metadata.name)?.image === image) return undefined;
  return { detail: image, apply: (noted) => ({ ...noted, recovery: { ...noted.recovery, image } }) };
};
