import { z } from "zod";
import { declare, type StructuralSchema } from "./node.js";

/** Inclusive limits of a number. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number; 32 bits unless a limit needs more. */
export function integer(range: NumberRange = {}): z.ZodNumber {
  const { min = -2147483648, max = 2147483647 } = range;
  const wide = min < -2147483648 || max > 2147483647;
  const structural: StructuralSchema = { type: "integer", format: wide ? "int64" : "int32" };
  if (range.min !== undefined) structural.minimum = range.min;
  if (range.max !== undefined) structural.maximum = range.max;
  return declare(z.int().min(min).max(max), { structural, words: `integer${rangeWords(range)}` });
}

/** A number, fractions included. */
export function decimal(range: NumberRange = {}): z.ZodNumber {
  const structural: StructuralSchema = { type: "number" };
  if (range.min !== undefined) structural.minimum = range.min;
  if (range.max !== undefined) structural.maximum = range.max;
  let schema = z.number();
  if (range.min !== undefined) schema = schema.min(range.min);
  if (range.max !== undefined) schema = schema.max(range.max);
  return declare(schema, { structural, words: `number${rangeWords(range)}` });
}

function rangeWords({ min, max }: NumberRange): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}
