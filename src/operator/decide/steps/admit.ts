import { withConditions } from "../conditions.js";
import { obstacles } from "../obstacles.js";
import { giveUp } from "../outcome.js";
import { specValid } from "../spec-valid.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { resolveSource } from "./resolve-source.js";

/** `Pending`: begins the run, unless the job asks for something that this operator can't do, which it then says. */
export function admit(turn: ValidTurn): StepResult {
  const { status, metadata } = turn;
  const valid = withConditions(turn, status, specValid(turn));
  const [obstacle] = obstacles(turn.spec, turn.effective, turn.seen.settings, metadata.namespace);
  if (obstacle) return giveUp({ ...turn, status: valid }, valid, obstacle.failure);
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
