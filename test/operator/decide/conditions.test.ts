import { expect, test } from "@jest/globals";
import { Conditions, MAX_CONDITIONS } from "../../../src/api/index.js";
import { aJob } from "../kit/a-job.js";
import { Story } from "../kit/an-observation.js";

test("conditions of others give way to ours where the API server would take no more", () => {
  const theirs = Array.from({ length: MAX_CONDITIONS }, (_, index) => ({
    type: `Theirs${index}`,
    status: "True",
    reason: "Kept",
    message: "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }));
  const story = new Story(aJob().status({ conditions: theirs }).build()).running();
  const types = story.status.conditions?.map(({ type }) => type) ?? [];
  expect(Conditions.safeParse(story.status.conditions).success).toBe(true);
  expect(types).toEqual(expect.arrayContaining(["Ready", "Stalled", "SpecValid", "GitCloneComplete", "Theirs0"]));
  expect(types).toHaveLength(MAX_CONDITIONS);
});

test("conditions of others stay where there is room", () => {
  const theirs = {
    type: "Theirs",
    status: "True",
    reason: "Kept",
    message: "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const story = new Story(
    aJob()
      .status({ conditions: [theirs] })
      .build(),
  ).running();
  expect(story.status.conditions?.[0]).toEqual(theirs);
});
