// Environment variables of the notebook's container: core `EnvVar` and `EnvFromSource`.
import { z } from "zod";
import { object, objectName, quantity, text } from "../schema/index.js";
import { rule } from "../schema/rule.js";

const optional = z.boolean().exactOptional().describe("Go on when the object or the key is missing.");

const keySelector = {
  name: objectName().describe("Name of the object, in the job's namespace."),
  key: text({ max: 253, min: 1 }).describe("Key in the object's data."),
  optional,
};

const VariableSource = object({
  secretKeyRef: object(keySelector)
    .exactOptional()
    .describe("Key of a Secret. Its value is redacted from everything reported."),
  configMapKeyRef: object(keySelector).exactOptional().describe("Key of a ConfigMap."),
  fieldRef: object({
    fieldPath: text({ max: 253, min: 1 }).describe("Path of the field, such as metadata.namespace."),
    apiVersion: text({ max: 64 }).exactOptional().describe("Version of the path's schema."),
  })
    .exactOptional()
    .describe("Field of the validation pod."),
  resourceFieldRef: object({
    resource: text({ max: 253, min: 1 }).describe("Resource, such as limits.memory."),
    containerName: text({ max: 63 }).exactOptional().describe("Container; absent = the notebook's."),
    divisor: quantity().exactOptional().describe("Unit of the value."),
  })
    .exactOptional()
    .describe("Resource of the notebook's container."),
}).with(
  rule({
    cel: "[has(self.secretKeyRef), has(self.configMapKeyRef), has(self.fieldRef), has(self.resourceFieldRef)].exists_one(s, s)",
    holds: (source) => Object.keys(source).length === 1,
    message: "must have exactly one of secretKeyRef, configMapKeyRef, fieldRef and resourceFieldRef",
  }),
);

/** One environment variable. */
export const EnvironmentVariable = object({
  name: text({ max: 253, min: 1, pattern: /^[^=\x00]+$/, words: "a name without =" }).describe("Name of the variable."),
  value: text({ max: 131072 }).exactOptional().describe("Its value."),
  valueFrom: VariableSource.exactOptional().describe("Where its value comes from."),
}).with(
  rule({
    cel: "!(has(self.value) && size(self.value) > 0 && has(self.valueFrom))",
    holds: (variable) => !((variable.value ?? "") !== "" && variable.valueFrom !== undefined),
    field: "valueFrom",
    message: "can't be set beside a value: keep one of the two",
  }),
);
export type EnvironmentVariable = z.infer<typeof EnvironmentVariable>;

const objectSelector = object({
  name: objectName().describe("Name of the object, in the job's namespace."),
  optional,
});

/** All keys of a Secret or ConfigMap as environment variables. */
export const EnvironmentSource = object({
  prefix: text({ max: 253 }).exactOptional().describe("Put before each key."),
  secretRef: objectSelector.exactOptional().describe("Secret whose keys become variables."),
  configMapRef: objectSelector.exactOptional().describe("ConfigMap whose keys become variables."),
}).with(
  rule({
    cel: "has(self.secretRef) != has(self.configMapRef)",
    holds: (source) => (source.secretRef !== undefined) !== (source.configMapRef !== undefined),
    message: "must have exactly one of secretRef and configMapRef",
  }),
);
export type EnvironmentSource = z.infer<typeof EnvironmentSource>;
