import fc from "fast-check";
import { z } from "zod";
import type { JsonValue } from "../../src/api/index.js";
import { bare } from "../../src/api/problem.js";
import { checksOf, nodeOf } from "../../src/api/schema/node.js";
import { ruleOf } from "../../src/api/schema/rule.js";

/** Whether generated values obey the cross-field rules too, or only types, limits and patterns. */
export type Obedience = "valid" | "structural";

/**
 * Values of a schema of the contract, made from the schema itself: whatever field is added later is generated, too.
 * Sizes are kept small; limits have tests of their own.
 */
export function valueOf(schema: z.core.$ZodType, obedience: Obedience): fc.Arbitrary<JsonValue> {
  const inner = bare(schema);
  const known = made[obedience].get(inner);
  if (known !== undefined) return known;
  const values = plain(inner, obedience);
  const kept = obedience === "valid" ? values.filter((value) => (inner as z.ZodType).safeParse(value).success) : values;
  made[obedience].set(inner, kept);
  return kept;
}

const made: Readonly<Record<Obedience, WeakMap<z.core.$ZodType, fc.Arbitrary<JsonValue>>>> = {
  valid: new WeakMap(),
  structural: new WeakMap(),
};

function plain(schema: z.core.$ZodType, obedience: Obedience): fc.Arbitrary<JsonValue> {
  const node = nodeOf(schema);
  if (schema instanceof z.ZodObject) return objectOf(schema, obedience);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...(schema.options as string[]));
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (node === undefined) throw new Error(`no generator for ${schema._zod.def.type}`);
  const { structural } = node;
  if (node.items !== undefined) {
    const { minItems = 0, maxItems = 3 } = structural;
    return fc.array(valueOf(node.items, obedience), {
      minLength: minItems,
      maxLength: Math.max(minItems, Math.min(maxItems, 3)),
    });
  }
  if (node.values !== undefined) {
    return fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), valueOf(node.values, obedience), { maxKeys: 3 });
  }
  if (structural.type === "integer") {
    return fc.integer({ min: structural.minimum ?? -1000, max: Math.min(structural.maximum ?? 100_000, 2 ** 31 - 1) });
  }
  if (structural.type === "number") {
    const { minimum: min = -1000, maximum: max = 1000 } = structural;
    return fc.double({ min, max, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
  }
  if (structural["x-kubernetes-int-or-string"] === true) {
    return fc.oneof(fc.integer({ min: 0, max: 64 }), fc.stringMatching(/^([1-9][0-9]{0,2})(m|k|M|Mi|Gi|e[1-3])?$/));
  }
  if (structural["x-kubernetes-preserve-unknown-fields"] === true) return untyped(node.words);
  if (structural.format === "date-time") return fc.constantFrom("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.250Z");
  return text(node.words, structural.pattern, structural.maxLength ?? 64);
}

function text(words: string, pattern: string | undefined, maxLength: number): fc.Arbitrary<string> {
  const common: Readonly<Record<string, readonly string[]>> = {
    "Git URL": [
      "https://git.example.com/a.git",
      "git@git.example.com:a.git",
      "ssh://git@h/a",
      "https://u:p@h/a",
      "git@h:-a",
    ],
    "path in the repository": ["a.ipynb", "notebooks/a b.ipynb", "./x.ipynb", "a/../b.ipynb", "..", "a..b/c"],
    duration: ["90s", "15m", "1h30m", "0s", "9999h"],
    "Git ref": ["main", "feature/x", "a..b", "x.lock", "@", "refs/heads/x", ".x", "a//b", "a/"],
    "RE2 regular expression": ["a+", "\\d{2}:\\d{2}", "(?i)x"],
  };
  const known = common[words];
  const generated =
    pattern === undefined
      ? fc.string({ maxLength: Math.min(maxLength, 12), unit: "grapheme-ascii" })
      : fc.stringMatching(new RegExp(pattern), { size: "-1" });
  const bounded = generated.filter((value) => value !== "" && value.length <= maxLength);
  if (known === undefined) return bounded;
  return words === "RE2 regular expression"
    ? fc.constantFrom(...known)
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, bounded);
}

function untyped(words: string): fc.Arbitrary<JsonValue> {
  if (words.startsWith("number"))
    return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom("0.5", "1e-3", "12"));
  if (words.startsWith("list of sizes")) return fc.constantFrom<JsonValue>([null, 10], "-1,10", [3], "5");
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
  return words.startsWith("map") ? fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), json, { maxKeys: 3 }) : json;
}

/** Objects with few optional fields, so that "exactly one of" is met often enough. */
function objectOf(schema: z.ZodObject, obedience: Obedience): fc.Arbitrary<JsonValue> {
  const shape: Record<string, z.core.$ZodType> = schema.shape;
  const names = Object.keys(shape);
  // The API server has filled in defaults before it judges rules.
  const needed = (optin: string | undefined) =>
    optin === undefined || (optin === "defaulted" && obedience === "structural");
  const required = names.filter((name) => needed(shape[name]?._zod.optin));
  const optional = names.filter((name) => !required.includes(name));
  const few = checksOf(schema).some((check) => ruleOf(check) !== undefined) ? 3 : 4;
  return fc.subarray(optional, { maxLength: Math.min(few, optional.length) }).chain((chosen) => {
    const fields = Object.fromEntries(
      [...required, ...chosen].map((name) => [name, valueOf(shape[name] as z.core.$ZodType, obedience)]),
    );
    return fc.record(fields);
  });
}
