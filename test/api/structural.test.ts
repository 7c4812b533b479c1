import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { duration, integer, listOf, mapOf, object, rule, text } from "../../src/api/schema/index.js";
import { NotStructural, structuralSchema } from "../../src/api/structural.js";

const failure = (schema: z.ZodType): unknown => {
  try {
    structuralSchema(schema, "spec");
    return "no failure";
  } catch (error) {
    return error instanceof NotStructural ? error.message : error;
  }
};
const field = (schema: z.ZodType) => object({ field: schema.describe("A field.") });

describe("what a structural schema can't say is an error that names the field", () => {
  test.each([
    ["a union", field(z.union([z.string(), z.number()])), /^spec\.field: union must be made by a helper/],
    ["an unbounded string", field(z.string()), /^spec\.field: string must be made by a helper/],
    ["an unbounded list", field(z.array(z.boolean())), /^spec\.field: array must be made by a helper/],
    ["a transformation", field(z.string().transform(Number)), /^spec\.field: pipe/],
    ["anything", field(z.any()), /^spec\.field: any/],
    ["a date", field(z.date()), /^spec\.field: date/],
    ["nullable", field(text({ max: 3 }).nullable()), /^spec\.field: nullable has no counterpart/],
    [
      "a refinement without a CEL twin",
      field(text({ max: 3 }).refine((value) => value !== "x")),
      /^spec\.field: a check has no CEL twin/,
    ],
    [
      "a limit that the helper does not know of",
      field(text({ max: 3 }).min(2)),
      /^spec\.field: a check has no CEL twin/,
    ],
    ["an object as a default", field(mapOf(text({ max: 3 }), { max: 3 }).default({})), /^spec\.field: only scalars/],
    ["no documentation", object({ field: z.boolean() }), /^spec\.field: is not documented/],
    [
      "a mistake deep down",
      field(listOf(field(mapOf(field(z.bigint()), { max: 2 })), { max: 2 })),
      /^spec\.field\[\]\.field\{\}\.field: bigint/,
    ],
  ])("%s", (_what, schema, message) => expect(failure(schema)).toMatch(message));
});

test("a schema of helpers becomes a structural schema", () => {
  const schema = object({
    name: text({ max: 10, min: 1, pattern: /^[a-z]+$/ }).describe("Name."),
    count: integer({ min: 0 }).default(3).describe("Count."),
    items: listOf(object({ key: text({ max: 5 }).describe("Key.") }), { max: 4, key: "key" })
      .exactOptional()
      .describe("Items."),
    time: duration().exactOptional().describe("Time."),
  }).with(
    rule({
      cel: "self.count > 0",
      holds: (value) => value.count > 0,
      field: "count",
      message: "must be above 0",
      reason: "FieldValueForbidden",
    }),
  );
  expect(structuralSchema(schema, "spec")).toEqual({
    type: "object",
    required: ["name"],
    properties: {
      name: { description: "Name.", type: "string", maxLength: 10, minLength: 1, pattern: "^[a-z]+$" },
      count: { description: "Count.", type: "integer", format: "int32", minimum: 0, default: 3 },
      items: {
        description: "Items.",
        type: "array",
        maxItems: 4,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["key"],
        items: {
          type: "object",
          required: ["key"],
          properties: { key: { description: "Key.", type: "string", maxLength: 5 } },
        },
      },
      time: expect.objectContaining({
        type: "string",
        maxLength: 32,
        "x-kubernetes-validations": [expect.objectContaining({ rule: expect.stringContaining("duration(self)") })],
      }),
    },
    "x-kubernetes-validations": [
      { rule: "self.count > 0", message: "must be above 0", fieldPath: ".count", reason: "FieldValueForbidden" },
    ],
  });
});
