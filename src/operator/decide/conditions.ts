import { type Condition, ConditionType, MAX_CONDITIONS, toRfc3339 } from "../../api/index.js";
import { sentence } from "../../recovery/index.js";
import type { JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/** One aspect of the job's state as a step sees it. */
export interface ConditionNote {
  readonly type: ConditionType;
  readonly status: Condition["status"];
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** The condition of that type, if it was ever set. */
export function conditionOf(status: JobStatus, type: ConditionType): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/**
 * The status with these conditions set, each about the spec's present generation. The time of transition moves only
 * when a condition's status does (as `meta.SetStatusCondition` of apimachinery). Those of others give way where the API
 * server would refuse one more.
 */
export function withConditions(turn: Turn, status: JobStatus, ...notes: readonly ConditionNote[]): JobStatus {
  const conditions = [...(status.conditions ?? [])];
  for (const note of notes) {
    const index = conditions.findIndex(({ type }) => type === note.type);
    const before = conditions[index];
    const next: Condition = {
      type: note.type,
      status: note.status,
      observedGeneration: turn.metadata.generation ?? 0,
      lastTransitionTime: before?.status === note.status ? before.lastTransitionTime : toRfc3339(turn.now),
      reason: note.reason,
      message: sentence(note.message),
    };
    if (index < 0) conditions.push(next);
    else conditions[index] = next;
  }
  return { ...status, conditions: conditions.length <= MAX_CONDITIONS ? conditions : ownFirst(conditions) };
}

function ownFirst(conditions: readonly Condition[]): Condition[] {
  const isOwn = ({ type }: Condition) => ConditionType.safeParse(type).success;
  const others = conditions.filter((condition) => !isOwn(condition));
  return [...conditions.filter(isOwn), ...others].slice(0, MAX_CONDITIONS);
}

/** The status out of the dead letters, if it was there: what begins now may end well. */
export function withDeadLetterCleared(turn: Turn, status: JobStatus, reason: string, message: string): JobStatus {
  if (conditionOf(status, "DeadLettered")?.status !== "True") return status;
  return withConditions(turn, status, { type: "DeadLettered", status: "False", reason, message });
}

/** The status without conditions of these types: they say nothing about the run that begins. */
export function withoutConditions(status: JobStatus, ...types: readonly ConditionType[]): JobStatus {
  const dropped: readonly string[] = types;
  return { ...status, conditions: (status.conditions ?? []).filter(({ type }) => !dropped.includes(type)) };
}
