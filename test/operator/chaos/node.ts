import { toRfc3339 } from "../../../src/api/index.js";
import { isKubeError } from "../../../src/kube/kube-error.js";
import { keyOf } from "../../../src/kube/object-key.js";
import { PODS, type Pod, SECRETS } from "../../../src/kube/resources.js";
import { hasEnded } from "../../../src/operator/decide/pods.js";
import { SOURCE_CONTAINER } from "../../../src/validation/index.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";
import type { Ground } from "./ground.js";

/** What becomes of a pod. Each look at it brings it one moment further. */
export type PodStory = (node: StoryNode, pod: Pod) => Promise<void>;

/** A node whose pods go through stories, however often operators come and go. */
export class StoryNode {
  readonly world: Ground;
  /** Told of pods whose runner says that the notebook passed. */
  readonly onPass: (podName: string) => void;
  readonly #looks = new Map<string, number>();

  constructor(world: Ground, onPass: (podName: string) => void) {
    this.world = world;
    this.onPass = onPass;
  }

  /** Every pod comes one moment further. */
  async work(storyOf: (pod: Pod) => PodStory | undefined): Promise<void> {
    for (const pod of await this.world.pods()) {
      await this.#go(pod, storyOf).catch((error: unknown) => {
        // Where time is real, a pod may go between the look and the deed.
        if (!isKubeError(error, "NotFound")) throw error;
      });
    }
  }

  async #go(pod: Pod, storyOf: (pod: Pod) => PodStory | undefined): Promise<void> {
    if (pod.metadata.deletionTimestamp !== undefined)
      await this.world.cluster.delete(PODS, keyOf(pod), { gracePeriodSeconds: 0 });
    else if (!hasEnded(pod)) await storyOf(pod)?.(this, pod);
  }

  /** How often the pod was looked at before. */
  looks({ metadata: { uid = "" } }: Pod): number {
    const looks = this.#looks.get(uid) ?? 0;
    this.#looks.set(uid, looks + 1);
    return looks;
  }
}

/** It starts, says the first half of `events`, and then the rest. */
function runs(events: ReturnType<typeof passingEvents>, exitCode: number, passes: boolean): PodStory {
  const half = Math.ceil(events.length / 2);
  return async (node, pod) => {
    const { kubelet } = node.world;
    switch (node.looks(pod)) {
      case 0:
        return kubelet.start(pod);
      case 1:
        return void (await kubelet.say(pod, events.slice(0, half)));
      default:
        if (passes) node.onPass(pod.metadata.name);
        await kubelet.say(pod, events, half);
        return kubelet.end(pod, exitCode);
    }
  };
}

export const passes = runs(passingEvents(), 0, true);
export const fails = runs(failingEvents(), 10, false);

/** It starts, says the first half, and has no end. */
export const hangs: PodStory = async (node, pod) => {
  if (pod.status?.phase !== "Running") await node.world.kubelet.start(pod);
  else if (node.looks(pod) === 0) await node.world.kubelet.say(pod, passingEvents().slice(0, 3));
};

/** Its container ends as `end` says after the runner's first words. */
function dies(end: PodStory): PodStory {
  return async (node, pod) => {
    const { kubelet } = node.world;
    if (pod.status?.phase !== "Running") return kubelet.start(pod);
    await kubelet.say(pod, passingEvents().slice(0, 3));
    return end(node, pod);
  };
}

export const isEvicted = dies(({ world }, pod) => world.kubelet.evict(pod));
export const runsOutOfMemory = dies(({ world }, pod) =>
  world.kubelet.end(pod, 137, { reason: "OOMKilled", message: "" }),
);
/** The runner ends with no verdict. */
export const crashes = dies(({ world }, pod) => world.kubelet.end(pod, 1, { message: "" }));

/** Somebody deletes it, once the job's status shows it: one that vanishes before anybody took note of it is made again. */
export const isDeleted: PodStory = async ({ world }, pod) => {
  const { namespace = "", name } = pod.metadata;
  if (pod.status?.phase !== "Running") return world.kubelet.start(pod);
  const { validationPodName } = await world.status();
  if (validationPodName === name) await world.cluster.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0 });
};

/** Its container waits, for ever. */
export function waits(reason: string, message: string): PodStory {
  return async ({ world }, pod) => {
    const { waiting } = pod.status?.containerStatuses?.[0]?.state ?? {};
    if (waiting?.reason !== reason) await world.kubelet.wait(pod, reason, message);
  };
}

/** It can't start before somebody has made a Secret of that name in its namespace; then it passes. */
export function needsSecret(name: string): PodStory {
  const isStuck = waits("CreateContainerConfigError", `secret "${name}" not found`);
  return async (node, pod) => {
    const { items } = await node.world.cluster.list(SECRETS, { namespace: pod.metadata.namespace ?? "" });
    return items.some(({ metadata }) => metadata.name === name) ? passes(node, pod) : isStuck(node, pod);
  };
}

/** No node takes it before the job's status says that it waits for one; then it passes. */
export const waitsForNode: PodStory = async (node, pod) => {
  const { world } = node;
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "True") return passes(node, pod);
  const isFound = (await world.status()).waitingFor?.kind === "Node";
  if (scheduled !== undefined && !isFound) return;
  const lastTransitionTime = toRfc3339(world.clock.now());
  const why = isFound ? { status: "True" } : { status: "False", reason: "Unschedulable", message: "0/5 nodes" };
  const conditions = [{ type: "PodScheduled", ...why, lastTransitionTime }];
  await world.cluster.patchStatus(PODS, keyOf(pod), { status: { phase: "Pending", conditions } });
};

/** Git refuses the container that fetches the source. A pod that has it in its image passes. */
export const fetchesNothing: PodStory = async (node, pod) => {
  const source = pod.spec?.initContainers?.find(({ name }) => name === SOURCE_CONTAINER);
  if (source?.image === pod.spec?.containers[0]?.image) return passes(node, pod);
  const said = { version: "nbv.source.v1", reason: "GitAuthFailed", message: "the server refused access" };
  const at = toRfc3339(node.world.clock.now());
  const ended = { exitCode: 1, reason: "Error", message: JSON.stringify(said), startedAt: at, finishedAt: at };
  const status = {
    phase: "Failed",
    initContainerStatuses: [{ name: SOURCE_CONTAINER, state: { terminated: ended } }],
    containerStatuses: [{ name: "notebook", state: { waiting: { reason: "PodInitializing" } } }],
  };
  await node.world.cluster.patchStatus(PODS, keyOf(pod), { status });
};
