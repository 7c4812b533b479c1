import { listAt, textAt } from "./read-field.js";

/** The condition `Succeeded`, by which Tekton and Shipwright tell how a run ended. */
export interface SucceededCondition {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** `undefined` until a controller has looked at the object. */
export function succeededCondition(object: unknown): SucceededCondition | undefined {
  const condition = listAt(object, "status", "conditions").find((entry) => textAt(entry, "type") === "Succeeded");
  if (condition === undefined) return undefined;
  const status = textAt(condition, "status");
  return {
    status: status === "True" || status === "False" ? status : "Unknown",
    reason: textAt(condition, "reason") ?? "",
    message: textAt(condition, "message") ?? "",
  };
}
