import { expect, test } from "@jest/globals";
import { classifyObjectEvents } from "../../src/recovery/index.js";

const normal = (reason: string) => ({ type: "Normal", reason, message: `${reason}.` });
const trouble = { type: "Warning", reason: "InternalError", message: "webhook timeout, requeue" };

test.each([
  ["PipelineRun", "Succeeded"],
  ["PipelineRun", "Completed"],
  ["TaskRun", "Succeeded"],
  ["BuildRun", "Succeeded"],
  ["Build", "BuildCompleted"],
])("a trouble that a %s has come through is none: %s", (kind, reason) => {
  const events = [trouble, normal("Started"), normal(reason)];
  expect(classifyObjectEvents(kind, events)).toBeUndefined();
  expect(classifyObjectEvents(kind, [...events, normal("FinalizerUpdate")])).toBeUndefined();
});

test("one that it has not come through lasts", () => {
  expect(classifyObjectEvents("PipelineRun", [trouble, normal("Running")])?.reason).toBe("BuildFailed");
  expect(classifyObjectEvents("Build", [normal("BuildStarted"), normal("BuildFailed")])?.reason).toBe("BuildFailed");
});
