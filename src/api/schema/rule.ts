import { z } from "zod";
import type { RuleReason, ValidationRule } from "./node.js";

/** A condition on a value, said twice: in CEL for the API server and in TypeScript for us. */
export interface RuleText<T> {
  /**
   * True for valid values; `self` is the value. Only runs on values that satisfy the schema.
   * `undefined` where CEL can't see the fields, because they are untyped in the CRD.
   */
  readonly cel: string | undefined;
  /** The same in TypeScript. */
  readonly holds: (value: T) => boolean;
  /** The field of `self` that the problem is reported at; absent = the value itself. */
  readonly field?: string;
  /** What is wrong and what to do. With `cel`/`text` it may quote the value. */
  readonly message: string | { readonly cel: string; readonly text: (value: T) => string };
  /** A longer text for us alone, where quoting the value in CEL would cost too much. @default message */
  readonly explain?: (value: T) => string;
  /** The rule in words, for docs, where `message` is a CEL expression. */
  readonly summary?: string;
  /** @default "FieldValueInvalid" */
  readonly reason?: RuleReason;
}

const rules = new WeakMap<object, RuleText<never>>();

/** Attaches a {@link RuleText} to a schema: `object({…}).with(rule({…}))`. */
export function rule<T>(text: RuleText<T>): z.core.$ZodCheck<T> {
  const check = new z.core.$ZodCheck({ check: "custom" }) as z.core.$ZodCheck<T>;
  check._zod.check = (payload) => {
    if (text.holds(payload.value)) return;
    payload.issues.push({
      code: "custom",
      message: messageOf(text, payload.value),
      path: text.field === undefined ? [] : [text.field],
      input: payload.value,
      continue: true,
    });
  };
  rules.set(check, text);
  return check;
}

function messageOf<T>(text: RuleText<T>, value: T): string {
  if (text.explain !== undefined) return text.explain(value);
  return typeof text.message === "string" ? text.message : text.message.text(value);
}

/** The rule behind a zod check, if {@link rule} made it. */
export function ruleOf(check: unknown): RuleText<never> | undefined {
  return typeof check === "object" && check !== null ? rules.get(check) : undefined;
}

/** The rule as the CRD carries it; `undefined` when only we can judge it. */
export function validationRule(text: RuleText<never>): ValidationRule | undefined {
  if (text.cel === undefined) return undefined;
  return {
    rule: text.cel,
    ...(typeof text.message === "string" ? { message: text.message } : { messageExpression: text.message.cel }),
    ...(text.field === undefined ? {} : { fieldPath: `.${text.field}` }),
    ...(text.reason === undefined || text.reason === "FieldValueInvalid" ? {} : { reason: text.reason }),
  };
}
