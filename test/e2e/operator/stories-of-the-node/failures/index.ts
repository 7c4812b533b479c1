import type { NodeWorld } from "../../node-world.js";
import { tellOfFailingRuns } from "./builds-of-tekton.js";
import { tellOfFailingPods } from "./pods-that-fail.js";
import { tellOfRefusedRequests } from "./refused-requests.js";

/** What a real cluster says when something fails, and what the classifier takes it for; no job of the operator is about. */
export function tellOfFailures(world: () => NodeWorld): void {
  tellOfRefusedRequests(world);
  tellOfFailingPods(world);
  tellOfFailingRuns(world);
}
