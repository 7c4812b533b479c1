import type { z } from "zod";

/** A value that JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** One CEL rule as the CRD carries it (`x-kubernetes-validations`). */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  fieldPath?: string;
  reason?: RuleReason;
}

/** Machine-readable reasons that a CRD rule may answer with. */
export type RuleReason = "FieldValueInvalid" | "FieldValueForbidden" | "FieldValueRequired" | "FieldValueDuplicate";

/**
 * The part of a Kubernetes structural schema that this project writes.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface StructuralSchema {
  description?: string;
  type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  format?: string;
  pattern?: string;
  enum?: JsonValue[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  default?: JsonValue;
  nullable?: true;
  required?: string[];
  properties?: { [field: string]: StructuralSchema };
  additionalProperties?: StructuralSchema;
  minProperties?: number;
  maxProperties?: number;
  items?: StructuralSchema;
  minItems?: number;
  maxItems?: number;
  anyOf?: { type: "integer" | "string" }[];
  "x-kubernetes-int-or-string"?: true;
  "x-kubernetes-preserve-unknown-fields"?: true;
  "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  "x-kubernetes-list-map-keys"?: string[];
  "x-kubernetes-map-type"?: "atomic" | "granular";
  "x-kubernetes-validations"?: ValidationRule[];
}

/** What a schema helper says about the schema that it made. */
export interface SchemaNode {
  /** The node's own structural schema; children of lists and maps are filled in by the converter. */
  readonly structural: StructuralSchema;
  /** Checks that `structural` already expresses; any other check on the schema must be a {@link rule}. */
  readonly expressed: readonly unknown[];
  /** The kind of value in words for people: `duration, for example 1h30m`. */
  readonly words: string;
  readonly items?: z.ZodType;
  readonly values?: z.ZodType;
  /** An example that `nbv explain` and the docs show. */
  readonly example?: JsonValue;
}

const nodes = new WeakMap<z.core.$ZodType, SchemaNode>();

/** Records what the API server is told about `schema`. Clones of the schema (`describe`, `with`…) inherit it. */
export function declare<S extends z.ZodType>(schema: S, node: Omit<SchemaNode, "expressed">): S {
  nodes.set(schema, { ...node, expressed: checksOf(schema) });
  return schema;
}

/** What {@link declare} recorded for the schema or for the schema that it was cloned from. */
export function nodeOf(schema: z.core.$ZodType): SchemaNode | undefined {
  for (let at: z.core.$ZodType | undefined = schema; at !== undefined; at = at._zod.parent) {
    const node = nodes.get(at);
    if (node !== undefined) return node;
  }
  return undefined;
}

/** The checks that run after the schema's own type check. */
export function checksOf(schema: z.core.$ZodType): readonly unknown[] {
  return (schema._zod.def as { checks?: readonly unknown[] }).checks ?? [];
}
