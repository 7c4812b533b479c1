import { expect } from "@jest/globals";
import { ChaosWorld, type LifeOptions } from "./chaos-world.js";
import { type Ending, endingOf, expectSameEnd } from "./ending.js";
import type { Death } from "./life.js";
import type { Scenario } from "./scenario.js";

export async function lived(scenario: Scenario, first: LifeOptions = {}): Promise<Ending> {
  const world = new ChaosWorld(scenario);
  await world.live(first);
  return endingOf(world);
}

/** Calls that a new process needs before it does what its predecessor did not: caches, questions, and looking twice. */
const CALLS_OF_A_START = 40;

/**
 * No process called much more often than the one that nothing happened to.
 * @param isPatient whether calls may be tried again for long: the API server did not answer for a while
 */
export function expectFewCalls(found: Ending, undisturbed: Ending, { isPatient = false } = {}): void {
  const lives = found.lives + (isPatient ? 1 : 0);
  expect(found.calls.length).toBeLessThanOrEqual(lives * (undisturbed.calls.length + CALLS_OF_A_START));
}

/** How many of a scenario's deaths are followed by another. */
const DOUBLE_DEATHS = 8;

/**
 * Kills the operator at some of its calls, in each way, and its successor at one of the first calls of its own.
 * @returns the number of double deaths
 */
export async function sweepTwice(scenario: Scenario): Promise<number> {
  const undisturbed = await lived(scenario);
  const points = deathsOf(undisturbed);
  const stride = Math.max(1, Math.floor(points.length / DOUBLE_DEATHS));
  let deaths = 0;
  for (const [index, death] of points.entries()) {
    if (index % stride !== 0) continue;
    // Steps that have nothing in common with the strides: no call of a start is always left out.
    const heir: Death = { at: 2 + ((index * 7) % 23), how: HOWS[index % HOWS.length] ?? "unasked" };
    const { lives } = await survives(scenario, undisturbed, { death, heirs: [heir] });
    if (lives > 2) deaths += 1;
  }
  return deaths;
}

/** Kills the operator at every single call that an undisturbed run makes. @returns the number of deaths */
export async function sweep(scenario: Scenario): Promise<number> {
  const undisturbed = await lived(scenario);
  const points = deathsOf(undisturbed);
  for (const death of points) await survives(scenario, undisturbed, { death });
  return points.length;
}

const HOWS = ["unasked", "unanswered", "late"] as const;

/** Every way to die at every call. */
function deathsOf({ calls }: Ending): Death[] {
  return calls.flatMap(({ isWrite }, at): Death[] => {
    // Whether a question was asked that nobody hears the answer of, makes no difference.
    const hows = isWrite ? HOWS : (["unanswered"] as const);
    return hows.map((how) => ({ at, how }));
  });
}

/** The scenario comes to the same end though operators die. */
async function survives(scenario: Scenario, undisturbed: Ending, deaths: LifeOptions): Promise<Ending> {
  try {
    const found = await lived(scenario, deaths);
    expectSameEnd(found, undisturbed);
    expectFewCalls(found, undisturbed);
    return found;
  } catch (error) {
    const { death, heirs = [] } = deaths;
    const killed = [death, ...heirs].map((each) => `${each?.at}, ${each?.how}`).join(", its successor at ");
    const call = undisturbed.calls[death?.at ?? 0]?.what;
    (error as Error).message = `killed at call ${killed} (${call}): ${(error as Error).message}`;
    throw error;
  }
}
