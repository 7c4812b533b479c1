import { z } from "zod";
import { declare, type JsonValue, type StructuralSchema } from "./node.js";

/** Limits and form of a string. */
export interface TextForm {
  /** Longest allowed, in Unicode code points, as the API server counts. */
  readonly max: number;
  /** @default 0 */
  readonly min?: number;
  /** Must be valid in RE2 and in JavaScript with the same meaning: no lookaround, no backreferences, no flags. */
  readonly pattern?: RegExp;
  /** What the pattern asks for, completing "must be …". */
  readonly words?: string;
  /** Short name of the type for docs. @default "string" */
  readonly type?: string;
  readonly format?: string;
  readonly example?: JsonValue;
  /** A stricter judgement than the CRD can express: the problem's text, or `undefined` for a good value. */
  readonly judge?: (value: string) => string | undefined;
}

/** A string with bounded length. Every string of the contract is made by this helper or by one built on it. */
export function text(form: TextForm): z.ZodString {
  const structural: StructuralSchema = { type: "string", maxLength: form.max };
  if (form.min !== undefined) structural.minLength = form.min;
  if (form.pattern !== undefined) structural.pattern = form.pattern.source;
  if (form.format !== undefined) structural.format = form.format;
  const schema = z.string().check((payload) => {
    const problem = textProblem(payload.value, form);
    if (problem !== undefined) {
      payload.issues.push({ code: "custom", message: problem, input: payload.value });
    }
  });
  return declare(schema, {
    structural,
    words: form.type ?? "string",
    ...(form.example === undefined ? {} : { example: form.example }),
  });
}

function textProblem(value: string, form: TextForm): string | undefined {
  const length = value.length <= form.max ? value.length : [...value].length;
  if (length < (form.min ?? 0))
    return form.min === 1 ? "must not be empty" : `must have at least ${form.min} characters`;
  if (length > form.max) return `must have at most ${form.max} characters, has ${length}`;
  if (form.pattern !== undefined && !form.pattern.test(value)) {
    return form.words === undefined ? `must match ${form.pattern.source}` : `must be ${form.words}`;
  }
  return form.judge?.(value);
}
