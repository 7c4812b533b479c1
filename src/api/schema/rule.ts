import { z } from "zod";
import type { RuleReason, ValidationRule } from "./node.js";

/** A condition on a value, said twice: in CEL for the API server and in TypeScript for us. */
export interface RuleText<T> {
  /**
   * True for valid values; `self` is the value. The API server asks only values that satisfy the schema.
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
  const when = (payload: z.core.ParsePayload) => canJudge(text, payload as z.core.ParsePayload<T>);
  const check = new z.core.$ZodCheck({ check: "custom", when }) as z.core.$ZodCheck<T>;
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

/**
 * Whether the rule's answer means something. Beside mistakes in the same object it does if the rule reads none of the
 * mistaken fields: people learn of everything at once, and of nothing that only follows from another mistake.
 */
function canJudge<T>(text: RuleText<T>, { value, issues }: z.core.ParsePayload<T>): boolean {
  const mistakes = issues.filter((issue) => issue.continue !== true || issue.code === "unrecognized_keys");
  if (mistakes.length === 0) return true;
  if (!isObject(value)) return false;
  const mistaken = new Set(mistakes.flatMap(({ path }) => path?.slice(0, 1) ?? []));
  const misspelt = mistakes.some(({ path = [] }) => path.length === 0);
  let sound = true;
  const watched = new Proxy(value, {
    get: (target, field) => {
      const entry: unknown = Reflect.get(target, field);
      // What seems to be absent may be there under a misspelt name.
      if (mistaken.has(field) || (misspelt && entry === undefined)) sound = false;
      return entry;
    },
    ownKeys: (target) => {
      sound = false;
      return Reflect.ownKeys(target);
    },
  });
  try {
    text.holds(watched);
  } catch {
    return false;
  }
  return sound;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
