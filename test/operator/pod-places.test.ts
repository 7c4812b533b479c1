import { beforeEach, expect, test } from "@jest/globals";
import { LABEL_JOB } from "../../src/api/index.js";
import type { NotebookValidationJobObject, Pod } from "../../src/kube/resources.js";
import { Capacity } from "../../src/operator/capacity.js";
import { PodPlaces } from "../../src/operator/pod-places.js";
import { aJob } from "./kit/a-job.js";
import { aPod, running, START, Story } from "./kit/an-observation.js";

const OWNER = { apiVersion: "v1", kind: "NotebookValidationJob", name: "titanic", uid: "job-uid", controller: true };
const MINUTE = 60_000;

let capacity: Capacity;
let places: PodPlaces;
let job: NotebookValidationJobObject;
let pods: Pod[];
let story: Story;

const owned = (name: string, status: object, nodeName?: string): Pod => {
  const pod = aPod(name, status, { labels: { [LABEL_JOB]: "titanic" }, ownerReferences: [OWNER] });
  return { ...pod, spec: { containers: [], ...pod.spec, ...(nodeName !== undefined && { nodeName }) } };
};
const unschedulable = () => {
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/5 nodes" };
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  return owned(story.podName, { phase: "Pending", conditions: [{ ...condition, lastTransitionTime }] });
};

beforeEach(() => {
  capacity = new Capacity({ total: 1, perNamespace: 1 }, () => START);
  places = new PodPlaces({ capacity, clock: { now: () => START }, jobOf: () => job, podsOf: () => pods });
  story = new Story(aJob().build()).started();
  job = story.job;
  pods = [];
});

function hasRoom(): boolean {
  const has = capacity.reserve({ jobUid: "another", namespace: "team-a" });
  capacity.drop("another");
  return has;
}

function tell(pod: Pod): void {
  pods = [pod];
  places.podChanged(pod);
}

/** The story's run begins to wait for a node. */
function park(): void {
  story.see({ pods: [unschedulable()] });
  story.pass(10 * MINUTE).see({ pods: [unschedulable()] });
  job = story.job;
  places.jobChanged(job);
}

test("a pod that no node takes has a place until its run begins to wait", () => {
  tell(unschedulable());
  expect(hasRoom()).toBe(false);
  park();
  expect(hasRoom()).toBe(true);
  tell(unschedulable());
  expect(hasRoom()).toBe(true);
});

test("it has one again when a node takes it, though there may be none left", () => {
  tell(unschedulable());
  park();
  expect(capacity.reserve({ jobUid: "another", namespace: "team-a" })).toBe(true);
  capacity.started("another");
  tell(owned(story.podName, running(), "gpu-1"));
  capacity.drop("another");
  expect(hasRoom()).toBe(false);
});

test("the end of an earlier pod does not cost the reservation of the next one", () => {
  const earlier = owned("titanic-val-00000000-1", { phase: "Failed" });
  pods = [earlier];
  expect(capacity.reserve({ jobUid: "job-uid", namespace: "team-a" })).toBe(true);
  capacity.started("job-uid");
  places.jobChanged(job);
  expect(hasRoom()).toBe(false);
});

test("pods of nobody's jobs have no place", () => {
  places.podChanged(aPod("stranger", running()));
  expect(hasRoom()).toBe(true);
});
