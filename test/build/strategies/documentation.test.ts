import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { BUILD_PARAMS, BUILD_RESULTS, BUILD_STRATEGIES } from "../../../src/build/index.js";

const page = readFileSync("docs/build-strategies.md", "utf8");

/** Cells of the table's row that begins with `first`. */
function row(first: string): string[] {
  const line = page.split("\n").find((each) => each.startsWith(`| ${first}`));
  return (line ?? "")
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test("the page says of each strategy what it says of itself", () => {
  const columns = ["tekton", "shipwright", "s2i"];
  const rows = {
    "`target`": "target",
    "`cache.type: registry`": "registryCache",
    "`cache.type: workspace`": "workspaceCache",
    "`buildArgs`": "buildArgs",
    "`tolerations`": "tolerations",
  } as const;
  for (const [first, capability] of Object.entries(rows)) {
    const cells = row(first);
    for (const strategy of BUILD_STRATEGIES.filter(({ name }) => columns.includes(name))) {
      const cell = cells[columns.indexOf(strategy.name)] ?? "";
      expect(`${strategy.name} ${first} ${cell.startsWith("yes")}`).toBe(
        `${strategy.name} ${first} ${strategy.capabilities[capability]}`,
      );
    }
  }
});

test("the page names every parameter and result of the pipeline", () => {
  for (const { name } of BUILD_PARAMS) expect(page).toMatch(new RegExp(`[\`\\s]${name}[\`\\s]`));
  for (const { name } of BUILD_RESULTS) expect(page).toContain(`\`${name}\``);
});
