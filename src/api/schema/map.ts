import { z } from "zod";
import { declare } from "./node.js";

/** Limits of a map with string keys. */
export interface MapForm {
  readonly max: number;
  /** A judgement of keys that the CRD can't express: the problem's text, or `undefined` for a good key. */
  readonly judgeKey?: (key: string) => string | undefined;
}

/** A map from string to `value`, bounded in size. */
export function mapOf<T extends z.ZodType>(value: T, form: MapForm): z.ZodRecord<z.ZodString, T> {
  const schema = z.record(z.string(), value).check((payload) => {
    const keys = Object.keys(payload.value);
    if (keys.length > form.max) {
      payload.issues.push({
        code: "custom",
        message: `must have at most ${form.max} entries, has ${keys.length}`,
        input: payload.value,
        continue: true,
      });
    }
    for (const key of keys) {
      const problem = form.judgeKey?.(key);
      if (problem === undefined) continue;
      payload.issues.push({ code: "custom", message: problem, path: [key], input: payload.value, continue: true });
    }
  });
  return declare(schema, { structural: { type: "object", maxProperties: form.max }, words: "map", values: value });
}
