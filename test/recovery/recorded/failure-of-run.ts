import { type BuildObject, type BuildStrategy, strategyNamed } from "../../../src/build/index.js";
import { classifyBuild, type Failure } from "../../../src/recovery/index.js";

const tekton = strategyNamed("tekton") as BuildStrategy;

/** What came of a run of Tekton, as the operator reads it: also of one that can't begin. `undefined` while it goes on. */
export function failureOfRun(run: BuildObject, taskRuns: readonly BuildObject[]): Failure | undefined {
  const observation = tekton.observe(run, taskRuns);
  switch (observation.kind) {
    case "failed": {
      const { log: _place, ...signal } = observation.signal;
      return classifyBuild(signal);
    }
    case "cancelled":
      return classifyBuild({ reason: "Cancelled", message: `PipelineRun ${run.metadata.name} was cancelled` });
    case "pending": {
      const { reason = "", message = "" } = observation;
      return reason === "ExceededResourceQuota" ? classifyBuild({ reason, message }) : undefined;
    }
    default:
      return undefined;
  }
}
