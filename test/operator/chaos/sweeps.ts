import { afterAll, describe, expect, test } from "@jest/globals";
import type { Scenario } from "./scenario.js";

const MINUTES = 60_000;

/**
 * A test of each scenario, with the sum told at the end.
 * @param counted what the sweep counts, in the plural
 * @param sweep kills operators in worlds of the scenario, and returns how often
 */
export function testSweeps(
  counted: string,
  scenarios: readonly Scenario[],
  sweep: (scenario: Scenario) => Promise<number>,
): void {
  describe("operators that are killed leave the same end, and nothing is done twice", () => {
    let sum = 0;
    let swept = 0;
    afterAll(() => void process.stderr.write(`${counted}: ${sum} of ${swept} scenarios\n`));

    test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
      "%s",
      async (_name, scenario) => {
        const began = performance.now();
        const deaths = await sweep(scenario);
        expect(deaths).toBeGreaterThan(0);
        if (process.env["NBV_TEST_TIMES"])
          process.stderr.write(`${scenario.name}: ${deaths}, ${Math.round(performance.now() - began)} ms\n`);
        sum += deaths;
        swept += 1;
      },
      10 * MINUTES,
    );
  });
}
