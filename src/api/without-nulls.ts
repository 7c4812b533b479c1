import { z } from "zod";
import { bare } from "./problem.js";
import { nodeOf } from "./schema/node.js";

/**
 * The value without fields that are `null` (or `undefined`) and don't admit it: the API server prunes them before it
 * fills in defaults, so `resources:` with nothing after it means "not set". Unknown fields and list items stay.
 */
export function withoutNulls(value: unknown, schema: z.core.$ZodType): unknown {
  const at = bare(schema);
  if (at instanceof z.ZodArray) {
    return Array.isArray(value) ? value.map((item) => withoutNulls(item, at.element)) : value;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const field = fieldSchema(at, key);
    if (field === undefined) kept.push([key, entry]);
    else if (entry !== null && entry !== undefined) kept.push([key, withoutNulls(entry, field)]);
    else if (entry === null && nodeOf(bare(field))?.structural.nullable === true) kept.push([key, null]);
  }
  // Not by assignment: a key `__proto__` would set the prototype.
  return Object.fromEntries(kept);
}

function fieldSchema(schema: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.core.$ZodType>;
    return Object.hasOwn(shape, key) ? shape[key] : undefined;
  }
  if (schema instanceof z.ZodRecord && nodeOf(schema)?.values !== undefined) return schema.valueType;
  return undefined;
}
