import { ANNOTATION_RETRY_REQUESTED } from "../../../src/api/index.js";
import { classifyBuild, failureOf } from "../../../src/recovery/index.js";
import { BuildingStory } from "./a-building-story.js";
import { aJob } from "./a-job.js";
import { aLog, aPod, COMMIT, ended, START, Story } from "./an-observation.js";
import { failingEvents } from "./fake-runner.js";

/** Ways in: each has the operator told `words` by somebody, and follows the job from there. */
export const DOORS: Readonly<Record<string, (words: string) => Story>> = {
  "Git's error": (words) => {
    const story = new Story(aJob().build());
    story.see();
    story.see({ source: { kind: "failed", reason: "GitAuthFailed", message: words } });
    return story;
  },
  "Git's warning": (words) => {
    const story = new Story(aJob().build());
    story.see();
    story.see({ source: { kind: "resolved", commit: COMMIT, warning: words } });
    return story;
  },
  "a container that waits": (words) => {
    const story = new Story(aJob().build()).running();
    const waiting = { name: "notebook", state: { waiting: { reason: "ImagePullBackOff", message: words } } };
    const pods = [aPod(story.podName, { phase: "Pending", containerStatuses: [waiting] })];
    story.see({ pods });
    story.pass(400_000).see({ pods });
    return story;
  },
  "a container that ended": (words) => {
    const story = new Story(aJob().build()).running();
    const terminated = { exitCode: 128, reason: "ContainerCannotRun", message: words };
    const status = { phase: "Failed", containerStatuses: [{ name: "notebook", state: { terminated } }] };
    story.see({ pods: [aPod(story.podName, status)], log: aLog([]) });
    return story;
  },
  "a pod's own message": (words) => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, { ...ended(137), reason: "Evicted", message: words })], log: aLog([]) });
    return story;
  },
  "an event of a pod": (words) => {
    const story = new Story(aJob().build()).started();
    const items = [{ reason: "FailedMount", message: words, type: "Warning", lastTimestamp: "2026-01-01T00:00:20Z" }];
    const pods = [aPod(story.podName)];
    const podEvents = { items, askAgainAt: START + 1e9 } as never;
    story.pass(30_000).see({ pods, podEvents });
    story.pass(400_000).see({ pods, podEvents });
    return story;
  },
  "a refusal of the API server": (words) => {
    const story = new Story(aJob().build()).started();
    story.see({ refusal: failureOf("ApiForbidden", { detail: words }) });
    return story;
  },
  "the runner's verdict": (words) => {
    const story = new Story(aJob().build()).running();
    const events = failingEvents().map((event) => (event.type === "verdict" ? { ...event, message: words } : event));
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(events) });
    return story;
  },
  "a build's error": (words) => {
    const story = new BuildingStory().building().made();
    story.see();
    const signal = { reason: "Failed", message: words, step: "build", exitCode: 1, logSnippet: words };
    story.becomes({ kind: "failed", signal }, { failure: classifyBuild({ ...signal, log: words }) });
    story.see();
    return story;
  },
  "a registry's error": (words) => {
    const story = new BuildingStory();
    story.see();
    story.read();
    story.see();
    story.registryAnswers({ kind: "unknown", message: words });
    story.see();
    return story;
  },
  "a request for a retry": (words) => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    const metadata = { ...story.job.metadata, annotations: { [ANNOTATION_RETRY_REQUESTED]: words } };
    story.job = { ...story.job, metadata };
    story.see();
    return story;
  },
};
