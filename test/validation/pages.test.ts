import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { ValidationConfig } from "../../src/api/index.js";
import { CHECK_IDS, checksPage } from "../../src/validation/index.js";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = [
  "docs/checks.md",
  "docs/validation-best-practices.md",
  "docs/verdicts.md",
  "examples/templates/README.md",
];

test("docs/checks.md is made from the tables (npm run docs), and has a section for every check", () => {
  expect(read("docs/checks.md")).toBe(checksPage());
  const sections = read("docs/checks.md").match(/^### .*$/gm);
  expect(sections).toEqual(CHECK_IDS.map((id) => `### ${id}`));
});

test("the job that the page on best practices shows is a valid one", () => {
  const [, text = ""] = /```yaml\n(.*?)```/s.exec(read("docs/validation-best-practices.md")) ?? [];
  const { spec } = parse(text) as { spec: { validationConfig: unknown } };
  expect(ValidationConfig.safeParse(spec.validationConfig)).toMatchObject({ success: true });
});

describe("links lead somewhere", () => {
  test.each(pages)("of %s", (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) => target);
    const missing = targets.filter(
      (target) => !target.startsWith("http") && !existsSync(join(root, dirname(page), target)),
    );
    expect(missing).toEqual([]);
  });
});
