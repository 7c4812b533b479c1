import { aJobWithNeeds } from "../../kit/a-job.js";
import { aPod, Story, stuck } from "../../kit/an-observation.js";

const PATIENCE_MS = 2 * 60_000;

/** The story's pod, whose notebook lacks what the kubelet says, or a Secret. */
export function lacking(story: Story, message = 'secret "db" not found') {
  return aPod(story.podName, stuck("CreateContainerConfigError", message, story.now));
}

/** Until patience with an attempt is over that lacks something. */
export function patienceOver(story: Story, message?: string): Story {
  const pods = [lacking(story, message)];
  story.see({ pods });
  story.pass(PATIENCE_MS).see({ pods });
  return story;
}

/** A job whose run waits for a Secret. */
export function waiting(spec: Record<string, unknown> = {}): Story {
  return patienceOver(new Story(aJobWithNeeds().with(spec).build()).started());
}
