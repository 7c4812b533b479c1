import { withConditions } from "../conditions.js";
import { specValid } from "../spec-valid.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { resolveSource } from "./resolve-source.js";
import { stopAtObstacle } from "./stop-at-obstacle.js";

/** `Pending`: begins the run, unless the job asks for something that this operator can't do, which it then says. */
export function admit(turn: ValidTurn): StepResult {
  const { status, metadata } = turn;
  const valid = withConditions(turn, status, specValid(turn));
  const stopped = stopAtObstacle({ ...turn, status: valid });
  if (stopped !== undefined) return stopped;
  return resolveSource({
    ...turn,
    status: {
      ...valid,
      phase: "Initializing",
      reason: "ResolvingSource",
      message: `Looking up the commit that ${turn.spec.notebook.git.ref} names (job ${metadata.name})`,
    },
  });
}
