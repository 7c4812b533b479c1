import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { describeContract, findField } from "../../src/api/describe-field.js";
import { renderApiDocs } from "../../src/api/render-docs.js";

test("docs/api.md is what the contract gives now (else: npm run docs)", () => {
  expect(readFileSync(join(process.cwd(), "docs", "api.md"), "utf8")).toBe(renderApiDocs());
});

describe("a field is found", () => {
  test.each([
    ["spec.podConfig.env[].name", "spec.podConfig.env[].name"],
    ["spec.podConfig.env.name", "spec.podConfig.env[].name"],
    ["podConfig.env[0].name", "spec.podConfig.env[].name"],
    ["retryPolicy", "spec.retryPolicy"],
    ["status.conditions.type", "status.conditions[].type"],
    ["", ""],
  ])("by %p", (asked, path) => expect(findField(asked)).toMatchObject({ found: true, field: { path } }));

  test("or the nearest one is named", () => {
    expect(findField("spec.podConfig.bildConfig.cache")).toMatchObject({
      found: false,
      parent: "spec.podConfig",
      step: "bildConfig",
      suggestion: "buildConfig",
    });
  });

  test("with all that there is to say", () => {
    expect(findField("spec.validationConfig.level")).toMatchObject({
      field: {
        type: "string",
        allowed: ["learning", "development", "staging", "production"],
        operatorDefault: "development",
        required: false,
      },
    });
    expect(findField("spec.notebook.git")).toMatchObject({ field: { required: true } });
    expect(findField("spec.suspend")).toMatchObject({ field: { default: false, required: false } });
  });
});

test("every field has a description", () => {
  const silent: string[] = [];
  const visit = (fields: ReturnType<typeof describeContract>): void => {
    for (const field of fields) {
      if (field.description === "") silent.push(field.path);
      visit(field.children);
    }
  };
  visit(describeContract());
  expect(silent).toEqual([]);
});
