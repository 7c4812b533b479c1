import { expect, test } from "@jest/globals";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, ended, Story } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

/** What is left of a log that breaks off in the second cell, of a runner that said all of it. */
function cutOff(events: ReturnType<typeof passingEvents>) {
  const { termination } = aLog(events);
  return { ...aLog(events.slice(0, 4)), ...(termination && { termination }) };
}

test("a pass that only the termination message tells leaves no cell running", () => {
  const story = new Story(aJob().build()).running();
  story.see({ pods: [aPod(story.podName, ended(0))], log: cutOff(passingEvents()) });
  expect(story.status).toMatchObject({ phase: "Succeeded", cells: "2/2" });
  expect(story.status.results).toMatchObject([{ cellIndex: 0, status: "Success" }]);
  expect(story.status.resultsTruncated).toBe(true);
});

test("a failure that only the termination message tells keeps the cell that was running", () => {
  const story = new Story(aJob().build()).running();
  story.see({ pods: [aPod(story.podName, ended(10))], log: cutOff(failingEvents()) });
  expect(story.status).toMatchObject({ phase: "Failed", failureReason: "NotebookError", cells: "1/2" });
  expect(story.status.results).toMatchObject([{ cellIndex: 0 }, { cellIndex: 1 }]);
});
