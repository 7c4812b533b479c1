import type { ValidationPodRequest } from "./request.js";

/** @see ValidationPodRequest.startupAllowanceSeconds */
export const STARTUP_ALLOWANCE_SECONDS = 900;
/** Time that the runner has to end a cell that ignores every signal, to write its reports and to exit. */
const CLOSING_SECONDS = 60;

/**
 * The pod's `activeDeadlineSeconds`. Only a backstop for a runner that hangs: the runner itself holds the notebook's
 * limit, which counts from the first cell, while this clock already runs when the image is pulled.
 */
export function deadlineSeconds({ config, startupAllowanceSeconds }: ValidationPodRequest): number {
  const { notebookSeconds, kernelStartSeconds } = config.timeouts;
  const allowance = startupAllowanceSeconds ?? STARTUP_ALLOWANCE_SECONDS;
  return Math.ceil(allowance + kernelStartSeconds + notebookSeconds + CLOSING_SECONDS);
}
