import type { Pod } from "kubernetes-types/core/v1.js";
import { z } from "zod";
import type { Instant } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { classifyObjectEvents, classifyPod, classifyText, type Failure, type ObjectEvent } from "../recovery/index.js";
import type { SeenObject } from "./classify-input.js";

/** What was found about one object. */
export interface Found {
  readonly failure: Failure;
  /** Whether the failure stands; else the cluster may still resolve it by itself. */
  readonly isSettled: boolean;
}

const text = z.string().optional();
const Terminated = z.looseObject({ exitCode: z.number(), reason: text, message: text });
const State = z.looseObject({
  waiting: z.looseObject({ reason: text, message: text }).optional(),
  terminated: Terminated.optional(),
});
const Statuses = z
  .array(
    z.looseObject({
      name: z.string(),
      image: z.string().default(""),
      state: State.optional(),
      lastState: State.optional(),
    }),
  )
  .optional();
const Containers = z.array(z.looseObject({ name: z.string(), image: text }));
const Source = z
  .looseObject({ name: text, secretName: text, items: z.array(z.looseObject({ key: z.string() })).optional() })
  .optional();
const Sources = z.array(z.looseObject({ secret: Source, configMap: Source })).optional();
const Volumes = z
  .array(
    z.looseObject({
      name: z.string(),
      secret: Source,
      configMap: Source,
      projected: z.looseObject({ sources: Sources }).optional(),
    }),
  )
  .optional();
/** As much of a Pod's shape as its classification relies on. */
const PodShape = z.looseObject({
  spec: z
    .looseObject({ containers: Containers.default([]), initContainers: Containers.optional(), volumes: Volumes })
    .optional(),
  status: z
    .looseObject({
      phase: text,
      reason: text,
      message: text,
      startTime: text,
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: text,
            message: text,
            lastTransitionTime: text,
          }),
        )
        .optional(),
      initContainerStatuses: Statuses,
      containerStatuses: Statuses,
    })
    .optional(),
});

/**
 * What failed in a pod, by its status and by the events about it.
 *
 * @param events newest last
 * @throws UserError when it is not shaped like a Pod
 */
export function classifySeenPod(object: SeenObject, events: readonly ObjectEvent[], now: Instant): Found | undefined {
  const read = PodShape.safeParse(setFieldsOf(object));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new UserError({
      what: `Pod ${object.metadata.name}: is not shaped like a Pod: ${issue?.path.join(".")}: ${issue?.message}`,
    });
  }
  const pod = read.data as unknown as Pod;
  const signal = classifyPod(pod, now, { events });
  if (signal.kind === "none") {
    const failure = pod.status?.phase === "Pending" ? classifyObjectEvents("Pod", events) : undefined;
    return failure && { failure, isSettled: false };
  }
  return { failure: withVerdict(signal.failure, pod), isSettled: signal.kind === "ended" };
}

/** Without what is null, in known fields or not: the API server means "not set" by it, and kubectl prints it. */
function setFieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(setFieldsOf);
  if (typeof value !== "object" || value === null) return value;
  const set = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(set.map(([name, field]) => [name, setFieldsOf(field)]));
}

/** The runner leaves its verdict in its container's termination message: it says more than the exit code. */
function withVerdict(failure: Failure, pod: Pod): Failure {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === failure.failedContainer);
  const message = status?.state?.terminated?.message ?? "";
  if (!message.startsWith('{"v":"nbv.')) return failure;
  const told = classifyText(message);
  return told?.reason === failure.reason || told?.reason === "ModuleMissing" ? told : failure;
}
