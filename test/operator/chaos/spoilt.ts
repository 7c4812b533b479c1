import { expect } from "@jest/globals";
import { isTerminal } from "../../../src/operator/decide/job.js";
import type { ChaosWorld } from "./chaos-world.js";
import { type Ending, endingOf, expectNothingTwice, expectSameEnd } from "./ending.js";
import type { Fault } from "./faults.js";
import { Injection } from "./injection.js";

/** Lives the world with a fault that begins when the job enters its nth phase; 0 is before there is a job. */
export async function spoilt(world: ChaosWorld, fault: Fault, entry: number): Promise<Ending> {
  const injection = new Injection(fault, world);
  world.onPhase = () => {
    if (world.phases.length === entry) injection.begin();
  };
  if (entry === 0) injection.begin();
  await world.live(injection.options, fault.end === "otherwise");
  await injection.settled();
  expect(injection.hasBegun).toBe(true);
  return endingOf(world);
}

/** The job is not lost, and nothing is done twice. */
export function expectEnd({ end = "same" }: Fault, found: Ending, undisturbed: Ending): void {
  if (end === "same") return expectSameEnd(found, undisturbed);
  expectNothingTwice(found);
  const [is, wanted] = [found.status, undisturbed.status];
  expect(isTerminal(is?.phase)).toBe(true);
  if (end === "verdict") expect([is?.phase, is?.verdict]).toEqual([wanted?.phase, wanted?.verdict]);
}
