// From zod to the structural schema of a CRD. What can't be said there is an error that names the field.
import { z } from "zod";
import { checksOf, type JsonValue, nodeOf, type SchemaNode, type StructuralSchema } from "./schema/node.js";
import { ruleOf, validationRule } from "./schema/rule.js";

/** A part of the contract that a structural schema can't express. */
export class NotStructural extends Error {
  override readonly name = "NotStructural";
  constructor(
    /** Path of the field, such as `spec.podConfig.env[]`. */
    readonly field: string,
    readonly why: string,
  ) {
    super(`${field}: ${why}`);
  }
}

/**
 * Converts a schema of the contract.
 * @param field path of the schema, for errors
 * @throws NotStructural for the first part that has no counterpart: zod types that are not made by the helpers of
 *   `schema/`, checks without a CEL twin, fields without documentation.
 */
export function structuralSchema(schema: z.core.$ZodType, field: string): StructuralSchema {
  const { inner, fallback, description } = unwrap(schema, field);
  const node = nodeOf(inner) ?? plainNode(inner, field);
  const structural: StructuralSchema = {
    ...(description === undefined ? {} : { description }),
    ...node.structural,
    ...children(inner, node, field),
    ...rules(inner, node, field),
  };
  if (fallback !== undefined) structural.default = fallback;
  return structural;
}

interface Unwrapped {
  readonly inner: z.core.$ZodType;
  readonly fallback?: JsonValue;
  readonly description?: string;
}

function unwrap(schema: z.core.$ZodType, field: string): Unwrapped {
  let inner = schema;
  let fallback: JsonValue | undefined;
  let description = descriptionOf(schema);
  while ("innerType" in inner._zod.def) {
    if (inner instanceof z.ZodDefault) {
      const value: unknown = inner.def.defaultValue;
      if (typeof value === "object") throw new NotStructural(field, "only scalars may have a default in the CRD");
      fallback = value as JsonValue;
    } else if (inner._zod.def.type !== "optional") {
      throw new NotStructural(field, `${inner._zod.def.type} has no counterpart in a structural schema`);
    }
    if (checksOf(inner).length > 0) throw new NotStructural(field, "attach rules before optional() or default()");
    inner = inner._zod.def.innerType as z.core.$ZodType;
    description ??= descriptionOf(inner);
  }
  return {
    inner,
    ...(fallback === undefined ? {} : { fallback }),
    ...(description === undefined ? {} : { description }),
  };
}

function descriptionOf(schema: z.core.$ZodType): string | undefined {
  return schema instanceof z.ZodType ? schema.description : undefined;
}

/** The only bare zod types that need no helper: they have no length. */
function plainNode(schema: z.core.$ZodType, field: string): SchemaNode {
  if (schema instanceof z.ZodBoolean) return { structural: { type: "boolean" }, expressed: [], words: "boolean" };
  if (schema instanceof z.ZodEnum) {
    const values = schema.options.filter((option): option is string => typeof option === "string");
    if (values.length === schema.options.length) {
      return { structural: { type: "string", enum: values }, expressed: [], words: "string" };
    }
  }
  throw new NotStructural(field, `${schema._zod.def.type} must be made by a helper of src/api/schema`);
}

function children(schema: z.core.$ZodType, node: SchemaNode, field: string): StructuralSchema {
  if (schema instanceof z.ZodObject) {
    const properties: Record<string, StructuralSchema> = {};
    const required: string[] = [];
    const shape: Record<string, z.core.$ZodType> = schema.shape;
    for (const [name, child] of Object.entries(shape)) {
      properties[name] = structuralSchema(child, `${field}.${name}`);
      if (properties[name].description === undefined) throw new NotStructural(`${field}.${name}`, "is not documented");
      if (child._zod.optin === undefined) required.push(name);
    }
    return { properties, ...(required.length > 0 ? { required } : {}) };
  }
  if (node.items !== undefined) return { items: structuralSchema(node.items, `${field}[]`) };
  if (node.values !== undefined) return { additionalProperties: structuralSchema(node.values, `${field}{}`) };
  return {};
}

function rules(schema: z.core.$ZodType, node: SchemaNode, field: string): StructuralSchema {
  const validations = checksOf(schema)
    .filter((check) => !node.expressed.includes(check))
    .flatMap((check) => {
      const text = ruleOf(check);
      if (text === undefined) throw new NotStructural(field, "a check has no CEL twin: write it as a rule()");
      const validation = validationRule(text);
      return validation === undefined ? [] : [validation];
    });
  return validations.length === 0 ? {} : { "x-kubernetes-validations": validations };
}
