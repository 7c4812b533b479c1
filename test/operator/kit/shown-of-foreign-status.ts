import { deadLetterTable, deadLetterValues } from "../../../src/cli/dead-letter-list.js";
import { jobStory } from "../../../src/cli/job-story.js";
import { seenJob } from "../../../src/cli/seen-job.js";
import { jobValue, statusTable } from "../../../src/cli/status-table.js";
import { aJob } from "./a-job.js";
import { START } from "./an-observation.js";

/** All that the command line shows of a job in whose status another operator left `words`, wherever there is room for them. */
export function shownOfForeignStatus(words: string): string[] {
  const status = {
    phase: "Failed",
    message: words,
    lastError: words,
    reason: "Failed",
    completionTime: "2026-01-01T00:00:00Z",
    runId: "a",
    conditions: [
      {
        type: "DeadLettered",
        status: "True",
        reason: "X",
        message: words,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ],
    source: { warnings: [words] },
    attempts: [2, 1].map((number) => ({
      number,
      runId: "a",
      outcome: "Error",
      message: words,
      podName: `p-${number}`,
    })),
    buildStatus: { attempts: [{ number: 1, outcome: "Failed", message: words }] },
    results: [{ cellIndex: 0, type: "code", status: "Failure", errorName: "E", errorMessage: words, traceback: words }],
    validationChecks: [{ type: "ExitCode", status: "Failed", message: words }],
    educationalFeedback: [{ issue: words, severity: "error", explanation: words, suggestion: words }],
  };
  const job = seenJob({ ...aJob().build(), status });
  const style = { namespaces: true, now: START, stream: {} };
  return [
    jobStory(job, START, {}),
    statusTable([job], style),
    JSON.stringify(jobValue(job)),
    deadLetterTable([job], style),
    JSON.stringify(deadLetterValues([job])),
  ];
}
