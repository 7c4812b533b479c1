// Where a run leaves its executed notebook and reports.
import { z } from "zod";
import { object, objectName } from "../schema/index.js";

/** Where a run leaves its executed notebook and reports. */
export const Artifacts = object({
  claimName: objectName()
    .exactOptional()
    .describe("PersistentVolumeClaim that gets the executed notebook, report.json, report.html and junit.xml."),
  configMap: objectName().exactOptional().describe("ConfigMap that gets a truncated report."),
  storeOutputs: z.boolean().default(true).describe("false keeps outputs of cells out of the status and the events."),
});
export type Artifacts = z.infer<typeof Artifacts>;
