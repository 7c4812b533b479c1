import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { isHolding } from "../operator/decide/waiting/holding.js";
import { thingWords } from "../operator/decide/waiting/wait-words.js";
import { oneLine } from "./job-findings.js";
import { stall } from "./job-next-steps.js";

/**
 * Says that a job's run was not over in time: where it stands, and what it waits for.
 * @param timeout how long it was followed, as somebody typed it
 * @param job as it was seen last
 */
export function unfinishedJob(timeout: string, job: NotebookValidationJob): UserError {
  const { metadata, status = {} } = job;
  const { phase, message } = status;
  const stands = phase === undefined ? "no operator has begun with it" : `it is ${phase}`;
  const why = isHolding(status) && status.waitingFor ? `waits for ${thingWords(status.waitingFor)}` : undefined;
  const told = why === undefined ? detail(stall(job)?.message ?? message) : ` and ${why}`;
  return new UserError({ what: oneLine(`${metadata.name} has not ended within ${timeout}: ${stands}${told}`, 512) });
}

function detail(message: string | undefined): string {
  return message === undefined || message === "" ? "" : ` (${message.replace(/\.$/, "")})`;
}
