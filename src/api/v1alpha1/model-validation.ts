// Model servers that must be ready, and predictions that must be right.
import { z } from "zod";
import { duration, listOf, numberOrText, object, objectReference, text } from "../schema/index.js";
import { rule } from "../schema/rule.js";

/** Model-serving platforms. */
export const ServingPlatform = z.enum([
  "kserve",
  "openshift-ai",
  "vllm",
  "torchserve",
  "tensorflow-serving",
  "triton",
  "ray-serve",
  "seldon",
  "bentoml",
  "custom",
  "auto",
]);
export type ServingPlatform = z.infer<typeof ServingPlatform>;

/** A serving platform that has no adapter of its own. */
export const CustomPlatform = object({
  apiGroup: text({ max: 253, min: 1 }).describe("API group of its resource, such as serving.example.com."),
  resourceType: text({ max: 253, min: 1 }).describe("Plural name of its resource."),
  healthCheckEndpoint: text({ max: 2048 })
    .exactOptional()
    .describe("Path or URL that answers 200 when a model is ready."),
  predictionEndpoint: text({ max: 2048 }).exactOptional().describe("Path or URL that predictions are sent to."),
});
export type CustomPlatform = z.infer<typeof CustomPlatform>;

/** A prediction with a known answer. */
export const PredictionValidation = object({
  enabled: z.boolean().default(true).describe("Send the prediction."),
  testData: text({ max: 65536 }).exactOptional().describe("Request body as JSON text."),
  expectedOutput: text({ max: 65536 }).exactOptional().describe("Expected answer as JSON text."),
  tolerance: numberOrText({ min: 0, example: 0.01 })
    .exactOptional()
    .describe("Largest difference of numbers, absolute or relative.")
    .meta({ operatorDefault: "0.01" }),
});
export type PredictionValidation = z.infer<typeof PredictionValidation>;

/** Model servers that must be ready before the notebook runs. */
export const ModelValidation = object({
  enabled: z.boolean().default(true).describe("Check the models."),
  platform: ServingPlatform.exactOptional()
    .describe("Serving platform; auto = found by discovery.")
    .meta({ operatorDefault: "auto" }),
  phase: z
    .enum(["clean", "existing", "both"])
    .exactOptional()
    .describe("clean = the platform is usable; existing = the models are ready and right; both.")
    .meta({ operatorDefault: "both" }),
  targetModels: listOf(objectReference(), { max: 64 })
    .exactOptional()
    .describe("Models to check: name or namespace/name."),
  predictionValidation: PredictionValidation.exactOptional().describe("A prediction with a known answer."),
  customPlatform: CustomPlatform.exactOptional().describe("The platform, when platform is custom."),
  timeout: duration()
    .exactOptional()
    .describe("How long a model that is not ready is waited for.")
    .meta({ operatorDefault: "5m" }),
}).with(
  rule({
    cel: "!has(self.platform) || self.platform != 'custom' || has(self.customPlatform)",
    holds: (models) => models.platform !== "custom" || models.customPlatform !== undefined,
    field: "customPlatform",
    message: "is required when platform is custom",
    reason: "FieldValueRequired",
  }),
);
export type ModelValidation = z.infer<typeof ModelValidation>;
