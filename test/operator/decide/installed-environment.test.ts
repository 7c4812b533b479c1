import { describe, expect, test } from "@jest/globals";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, ended, Story } from "../kit/an-observation.js";
import { passingEvents } from "../kit/fake-runner.js";

describe("what was really installed", () => {
  const environment = { packages: 12, sbomDigest: `sha256:${"a".repeat(64)}` };
  const events = passingEvents().map((event) => (event.type === "verdict" ? { ...event, environment } : event));
  const passed = (imageID?: string) => {
    const story = new Story(aJob().build()).running();
    const pod = aPod(story.podName, ended(0, "Completed"));
    const [container] = pod.status?.containerStatuses ?? [];
    Object.assign(container ?? {}, { imageID });
    story.see({ pods: [pod], log: aLog(events) });
    return story.status;
  };

  test("comes from the runner, and the image's digest from the node", () => {
    const image = `registry.example.com/notebook@sha256:${"b".repeat(64)}`;
    expect(passed(image)).toMatchObject({ phase: "Succeeded", environment: { ...environment, image } });
  });

  test.each([
    undefined,
    "",
    "registry.example.com/notebook:1",
    `x@sha256:${"b".repeat(63)}`,
    `${"x".repeat(600)}@sha256:`,
  ])("names no image when the node says %p", (imageID) => expect(passed(imageID).environment).toEqual(environment));
});
