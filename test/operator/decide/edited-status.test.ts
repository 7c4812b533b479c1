import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../src/operator/decide/decide.js";
import type { Decision } from "../../../src/operator/decide/decision.js";
import { validationPodName } from "../../../src/validation/index.js";
import { aJob } from "../kit/a-job.js";
import { anObservation, COMMIT, START } from "../kit/an-observation.js";

const IMAGE = "registry.example.com/notebook:1";
const RUN = {
  specHash: "0".repeat(64),
  observedGeneration: 1,
  runId: "abc",
  runCount: 1,
  startTime: "2026-01-01T00:00:00Z",
  source: { commit: COMMIT },
};

function starts({ effects }: Decision): string[] {
  return effects.flatMap((effect) => (effect.kind === "start-attempt" ? [effect.plan.image] : []));
}

describe("whoever may write a job's status", () => {
  test("can't have another image run than the spec's: the record follows what runs", () => {
    const podName = validationPodName("titanic", "abc", 1);
    const attempts = [{ number: 1, runId: "abc", podName, image: "evil.example.com/miner:1", outcome: "Running" }];
    const job = aJob()
      .status({ ...RUN, phase: "ValidationRunning", attempts })
      .build();
    const decision = decide(job, anObservation(), START);
    expect(starts(decision)).toEqual([IMAGE]);
    expect(decision.status.attempts).toMatchObject([{ number: 1, image: IMAGE, outcome: "Running" }]);
  });
});
