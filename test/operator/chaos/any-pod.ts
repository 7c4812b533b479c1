import { toRfc3339 } from "../../../src/api/index.js";
import type { Pod } from "../../../src/kube/resources.js";
import { aPod } from "../kit/an-observation.js";
import type { Dice } from "./dice.js";

/** A pod in any state that clusters have them in. */
export function anyPod(dice: Dice, name: string, now: number): Pod {
  const at = toRfc3339(now - dice.of(0, 1_000, 60_000, 600_000));
  const metadata = {
    creationTimestamp: at,
    ...(dice.chance(8) && { deletionTimestamp: toRfc3339(now + dice.of(-120_000, 0, 30_000)) }),
  };
  return aPod(name, anyStatus(dice, dice.chance(15) ? null : at), metadata);
}

/** @param at of everything that the status tells; the API server stores a time that nobody set as `null` */
function anyStatus(dice: Dice, at: string | null): object {
  const waiting = (reason: string, message: string): object => ({
    phase: "Pending",
    containerStatuses: [{ name: "notebook", state: { waiting: { reason, message } } }],
  });
  const container = (name: string, exitCode: number, reason: string): object => ({
    name,
    state: { terminated: { exitCode, reason, startedAt: at, finishedAt: at } },
  });
  return dice.of(
    { phase: "Pending" },
    { phase: "Running", containerStatuses: [{ name: "notebook", state: { running: { startedAt: at } } }] },
    waiting("ImagePullBackOff", "Back-off pulling image"),
    waiting("ErrImagePull", "manifest unknown"),
    waiting("InvalidImageName", "couldn't parse image name"),
    waiting("CreateContainerConfigError", 'secret "token" not found'),
    waiting("CreateContainerConfigError", 'configmap "settings" not found'),
    waiting("CreateContainerError", "no command specified"),
    waiting("RunContainerError", "exec: not found"),
    waiting("SomethingNew", "that nobody knows"),
    {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: dice.of(
            "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
            'persistentvolumeclaim "data" not found',
          ),
          lastTransitionTime: at,
        },
      ],
    },
    { phase: "Failed", containerStatuses: [container("notebook", 137, "OOMKilled")] },
    { phase: "Failed", containerStatuses: [container("notebook", dice.of(1, 10, 126, 127, 139), "Error")] },
    { phase: "Failed", containerStatuses: [container("notebook", 137, "ContainerStatusUnknown")] },
    { phase: "Succeeded", containerStatuses: [container("notebook", 0, "Completed")] },
    { phase: "Failed", initContainerStatuses: [container("source", dice.of(1, 20, 137), "Error")] },
    {
      phase: "Failed",
      reason: dice.of("Evicted", "NodeLost", "DeadlineExceeded", "Preempting", "UnexpectedAdmissionError"),
    },
    { phase: "Unknown", reason: "NodeLost" },
    {},
  );
}
