import { giveUp } from "../give-up.js";
import { obstacles } from "../obstacles.js";
import type { StepResult, ValidTurn } from "../turn.js";

/**
 * The end of a job that asks for what this operator can't do or does not allow; `undefined` where nothing is in the way.
 * Asked before anything is started, not only at the run's beginning: the operator's configuration may have changed since,
 * and whoever may write the status can't jump past it. What runs already goes on.
 */
export function stopAtObstacle(turn: ValidTurn): StepResult | undefined {
  const [obstacle] = obstacles(turn.spec, turn.effective, turn.seen.settings, turn.metadata.namespace);
  return obstacle && giveUp(turn, turn.status, obstacle.failure);
}
