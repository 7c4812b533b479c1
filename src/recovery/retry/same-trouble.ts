import type { FailureReason } from "../reasons/catalogue.js";

/** A pull that fails alternates between these. */
const PULLS: ReadonlySet<string> = new Set<FailureReason>(["ErrImagePull", "ImagePullBackOff"]);

/** Whether two reasons are one trouble, in two words. */
export function isSameTrouble(reason: string, other: string): boolean {
  return reason === other || (PULLS.has(reason) && PULLS.has(other));
}
