// Where a run leaves its executed notebook and reports.
import { z } from "zod";
import { object, objectName } from "../schema/index.js";

/** Where a run leaves its executed notebook and reports. */
export const Artifacts = object({
  claimName: objectName()
    .exactOptional()
    .describe(
      "PersistentVolumeClaim that gets the executed notebook and all reports, in a directory per attempt: <job>/<pod>.",
    ),
  configMap: objectName()
    .exactOptional()
    .describe(
      "ConfigMap that gets report.md and report.json, truncated, when a run is over. It belongs to the job and goes with it; one that is there already and is not the job's is left alone.",
    ),
  storeOutputs: z.boolean().default(true).describe("false keeps outputs of cells out of the status and the events."),
});
export type Artifacts = z.infer<typeof Artifacts>;
