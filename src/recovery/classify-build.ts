import type { Failure } from "./failure.js";
import { failureOf } from "./reasons/catalogue.js";

/** What is known of a failed build: its controller's words, and the end of the failed step's log. */
export interface BuildTrouble {
  /** Reason of the object's condition, such as `PipelineRunTimeout` or `DockerBuildFailed`. */
  readonly reason: string;
  readonly message: string;
  /** Step that failed: `fetch`, `dockerfile`, `build`, `push`. */
  readonly step?: string;
  readonly exitCode?: number;
  /** End of its log. */
  readonly log?: string;
}

/** The failure that a failed build means: structured reasons first, then the words of its log. */
export function classifyBuild(trouble: BuildTrouble): Failure {
  return failureOf("Unknown", { stage: "build", message: trouble.message });
}
