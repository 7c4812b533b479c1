import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { describeContract, findField } from "../../src/api/describe-field.js";
import { PERMISSIONS } from "../../src/api/index.js";
import { parseOperatorConfig } from "../../src/api/operator-config.js";
import { renderConfigDocs } from "../../src/api/render-config-docs.js";
import { renderApiDocs } from "../../src/api/render-docs.js";
import { renderRbacDocs } from "../../src/api/render-rbac-docs.js";

test.each([
  ["api.md", renderApiDocs],
  ["configuration.md", renderConfigDocs],
  ["rbac.md", renderRbacDocs],
])("docs/%s is what the sources give now (else: npm run docs)", (page, render) => {
  expect(readFileSync(join(process.cwd(), "docs", page), "utf8")).toBe(render());
});

test("docs/configuration.md names every field, with its default and its meaning", () => {
  const rows = renderConfigDocs().split("\n");
  for (const [name, value] of Object.entries(parseOperatorConfig({}))) {
    const isSection = rows.includes(`## \`${name}\``);
    const row = rows.find((line) => line.startsWith(`| \`${name}\` |`));
    expect([name, isSection || row !== undefined]).toEqual([name, true]);
    for (const [field, fallback] of isSection ? Object.entries(value) : []) {
      expect(rows).toContainEqual(
        expect.stringMatching(new RegExp(`^\\| \`${field}\` \\| [^|]+ \\| [^|]* \\| [A-Za-z].*\\. \\|$`)),
      );
      if (typeof fallback === "number")
        expect(rows.filter((line) => line.startsWith(`| \`${field}\` |`)).join()).toContain(`\`${fallback}\``);
    }
  }
});

test("docs/rbac.md has a row for every permission", () => {
  const page = renderRbacDocs();
  for (const { reason } of PERMISSIONS) expect(page).toContain(reason);
  expect(page.split("\n").filter((line) => line.startsWith("| `"))).toHaveLength(PERMISSIONS.length);
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
