import { z } from "zod";
import { declare, type JsonValue } from "./node.js";

/**
 * A field whose type a structural schema can't say (number or text, list or text): the API server keeps whatever
 * stands there, and `schema` judges it in the webhook, in `nbv check` and in the `SpecValid` condition.
 */
export function untyped<T extends z.ZodType>(schema: T, words: string, example?: JsonValue): T {
  return declare(schema, {
    structural: { "x-kubernetes-preserve-unknown-fields": true },
    words,
    ...(example === undefined ? {} : { example }),
  });
}

/** Any JSON value; `null` is a value like any other. */
export function anyJson(): z.ZodType<JsonValue> {
  return declare(z.json() as z.ZodType<JsonValue>, {
    structural: { "x-kubernetes-preserve-unknown-fields": true, nullable: true },
    words: "any JSON value, null included",
  });
}

/** A map from string to any JSON value. */
export function jsonMap(max: number): z.ZodRecord<z.ZodString, z.ZodType<JsonValue>> {
  const schema = z.record(z.string(), z.json()).check((payload) => {
    const count = Object.keys(payload.value).length;
    if (count <= max) return;
    const message = `must have at most ${max} entries, has ${count}`;
    payload.issues.push({ code: "custom", message, input: payload.value, continue: true });
  });
  return declare(schema, {
    structural: { type: "object", maxProperties: max, "x-kubernetes-preserve-unknown-fields": true },
    words: "map of JSON values",
  });
}

const DECIMAL = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;

/** A number, or the text of one: the Go operator's CRD had only the text. */
export function numberOrText(limits: { min?: number; example?: JsonValue } = {}): z.ZodType<number | string> {
  const words = limits.min === undefined ? "a number or its text" : `a number of at least ${limits.min}, or its text`;
  const schema = z.unknown().check((payload) => {
    const { value } = payload;
    const number =
      typeof value === "number" ? value : typeof value === "string" && DECIMAL.test(value) ? Number(value) : NaN;
    if (Number.isFinite(number) && (limits.min === undefined || number >= limits.min)) return;
    payload.issues.push({ code: "custom", message: `must be ${words}`, input: value });
  });
  return untyped(schema as unknown as z.ZodType<number | string>, "number or its text", limits.example);
}
