import { imageToRun } from "../builds/gate.js";
import { sourceInImage } from "../builds/source-in-image.js";
import type { RemedyOf } from "./remedy.js";

/**
 * Runs the copy of the notebook in its image, where the container that fetches the commit fails or is not let in. Without Git,
 * credentials and the operator's own image, little is left that only that container would break.
 */
export const skipInitContainer: RemedyOf = (turn, status) => {
  if (status.recovery?.sourceFromImage === true) return undefined;
  const copy = sourceInImage(turn, status);
  // What is not known yet is found out before the next attempt, which fetches the commit if there is no copy after all.
  const mayBeHeld = copy.kind === "unknown" && status.source?.environmentSource?.repositoryAt !== undefined;
  if (copy.kind !== "held" && !mayBeHeld) return undefined;
  return {
    detail: `commit ${status.source?.commit?.slice(0, 12)} in ${imageToRun(turn, status)}`,
    apply: (noted) => ({ ...noted, recovery: { ...noted.recovery, sourceFromImage: true } }),
  };
};
