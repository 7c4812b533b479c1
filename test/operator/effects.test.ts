import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import type { Observation } from "../../src/operator/decide/observation.js";
import { Effects, type EffectsOptions } from "../../src/operator/effects.js";
import { aJob } from "./kit/a-job.js";

/** What is logged when a job is deleted and the API server answers so. */
async function loggedOfDeletion(answer: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) });
  const cluster = { delete: answer } as unknown as EffectsOptions["cluster"];
  const effects = new Effects({ cluster, logger, clock: new ManualClock() } as unknown as EffectsOptions);
  await effects.perform(aJob().build(), { kind: "delete-job" }, {} as Observation);
  return lines;
}

test("the log tells of a job that was deleted, and of none that had changed meanwhile or was gone", async () => {
  expect(await loggedOfDeletion(() => Promise.resolve())).toEqual(["a job whose time is over was deleted"]);
  for (const reason of ["Conflict", "NotFound"] as const) {
    const no = new KubeError({ reason, message: "no" });
    expect(await loggedOfDeletion(() => Promise.reject(no))).toEqual([]);
  }
});
