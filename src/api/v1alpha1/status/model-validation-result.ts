// What the model servers said.
import { z } from "zod";
import { listOf, openObject, text } from "../../schema/index.js";

const line = (max = 4096) => text({ max });
const flag = (words: string) => z.boolean().optional().describe(words);

/** Whether the serving platform can be used at all. */
export const CleanEnvironmentCheck = openObject({
  platformAvailable: flag("The platform's API is served."),
  crdsInstalled: listOf(line(253), { max: 64 }).optional().describe("Resource types of the platform that exist."),
  rbacPermissions: listOf(line(1024), { max: 64 }).optional().describe("What the job's account may do."),
  networkConnectivity: flag("The platform can be reached."),
  requiredLibraries: listOf(line(253), { max: 64 }).optional().describe("Libraries of the environment that it needs."),
  success: flag("Everything above is well."),
  message: line().optional().describe("The outcome, one sentence."),
});
export type CleanEnvironmentCheck = z.infer<typeof CleanEnvironmentCheck>;

/** What one model server said. */
export const ModelCheck = openObject({
  modelName: line(317).describe("Name of the model, as in targetModels."),
  available: flag("It exists."),
  healthy: flag("It is loaded and ready."),
  version: line(253).optional().describe("Version that answers."),
  resourceStatus: openObject({
    cpu: line(63).optional().describe("CPU of its pods."),
    memory: line(63).optional().describe("Memory of its pods."),
    gpuUsage: line(63).optional().describe("GPUs of its pods."),
  })
    .optional()
    .describe("Resources of its pods."),
  message: line().optional().describe("The outcome, one sentence."),
});
export type ModelCheck = z.infer<typeof ModelCheck>;

/** How the prediction compares with the expected one. */
export const PredictionResult = openObject({
  success: flag("It is as expected."),
  actualOutput: line(65536).optional().describe("Answer of the model."),
  expectedOutput: line(65536).optional().describe("Expected answer."),
  difference: line(16384).optional().describe("Where they differ."),
  message: line().optional().describe("The outcome, one sentence."),
});
export type PredictionResult = z.infer<typeof PredictionResult>;

/** What the model servers said. */
export const ModelValidationResult = openObject({
  phase: line(63).optional().describe("What was checked: clean, existing or both."),
  platform: line(63).optional().describe("Platform that was asked for."),
  platformDetected: flag("The platform was found in the cluster."),
  cleanEnvironmentCheck: CleanEnvironmentCheck.optional().describe("Whether the platform can be used."),
  existingEnvironmentCheck: openObject({
    modelsChecked: listOf(ModelCheck, { max: 64 }).optional().describe("The models."),
    predictionValidation: PredictionResult.optional().describe("The prediction."),
    success: flag("All models are ready and right."),
    message: line().optional().describe("The outcome, one sentence."),
  })
    .optional()
    .describe("Whether the models are ready and right."),
  success: flag("Everything is well."),
  message: line().optional().describe("The outcome, one sentence."),
});
export type ModelValidationResult = z.infer<typeof ModelValidationResult>;
