import { afterAll, describe, test } from "@jest/globals";
import { ChaosWorld } from "./chaos-world.js";
import { expectFewCalls, lived } from "./crash-points.js";
import type { Ending } from "./ending.js";
import { FAULTS } from "./faults.js";
import { LONG_WAYS } from "./long-ways.js";
import type { Scenario } from "./scenario.js";
import { expectEnd, spoilt } from "./spoilt.js";

const MINUTES = 60_000;

describe("whatever goes wrong on the way to the API server, in whatever phase: no job is lost and nothing is done twice", () => {
  let cells = 0;
  const phases = new Set<string>();
  afterAll(
    () =>
      void process.stderr.write(`API faults: ${FAULTS.length} faults × ${phases.size} phases, ${cells} combinations\n`),
  );

  const undisturbed = new Map<Scenario, Promise<Ending>>();
  const cases = FAULTS.flatMap((fault) =>
    LONG_WAYS.map((scenario) => [fault.name, scenario.name, fault, scenario] as const),
  );

  test.each(cases)(
    "%s, %s",
    async (_fault, _scenario, fault, scenario) => {
      const wanted = undisturbed.get(scenario) ?? lived(scenario);
      undisturbed.set(scenario, wanted);
      for (const [entry, phase] of ["New", ...(await wanted).phases].entries()) {
        try {
          const found = await spoilt(new ChaosWorld(scenario), fault, entry);
          expectEnd(fault, found, await wanted);
          if (fault.end === undefined) expectFewCalls(found, await wanted, { isPatient: true });
        } catch (error) {
          (error as Error).message = `from ${phase} (${entry}) on: ${(error as Error).message}`;
          throw error;
        }
        cells += 1;
        phases.add(phase);
      }
    },
    10 * MINUTES,
  );
});
