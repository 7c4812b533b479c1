import { UserError } from "../api/index.js";
import { isKubeError, isTransient } from "../kube/kube-error.js";
import { classifyApi, type Failure, failureOf } from "../recovery/index.js";

/** What came of an effect: `refused` is a lasting no of the API server, which the next decision has to know. */
export type EffectResult =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly failure: Failure }
  /** A lasting no, too, to something that holds nothing else up: it is tried again later. */
  | { readonly kind: "put-off"; readonly afterMs: number };

export const DONE: EffectResult = { kind: "done" };

/** An object by the deterministic name of ours is there, but is not ours. */
export class NameTaken extends Error {
  /** @param belonging what it should belong to. @default "this job" */
  constructor(kind: string, name: string, belonging = "this job") {
    super(`a ${kind} named ${name} exists that does not belong to ${belonging}; delete or rename it`);
    this.name = "NameTaken";
  }
}

/** What an error says for good about an effect. @throws `error` when the effect may work later */
export function refusalOf(error: unknown): EffectResult {
  if (error instanceof NameTaken)
    return { kind: "refused", failure: failureOf("ApiForbidden", { message: error.message }) };
  if (error instanceof UserError)
    return { kind: "refused", failure: failureOf("InvalidSpec", { message: error.message }) };
  if (!isKubeError(error) || isTransient(error) || isKubeError(error, "Aborted", "Conflict", "Unauthorized"))
    throw error;
  // What was there a moment ago is gone: the namespace, or the job itself. Looking again tells.
  if (isKubeError(error, "NotFound")) throw error;
  const failure = classifyApi(error);
  // Nothing that a later try could not mend was said about the object.
  if (failure.reason === "ApiTransient") throw error;
  return { kind: "refused", failure };
}
