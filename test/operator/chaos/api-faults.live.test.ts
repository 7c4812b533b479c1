// A part of the faults of api-faults.test.ts on a real API server, with real time.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { systemClock } from "../../../src/kube/clock.js";
import { isKubeError } from "../../../src/kube/kube-error.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../../src/kube/resources.js";
import { Turns } from "../../../src/operator/turns.js";
import { findControlPlane, NO_CONTROL_PLANE } from "../../cluster/control-plane.js";
import { aJob } from "../kit/a-job.js";
import { ChaosWorld } from "./chaos-world.js";
import { type Ending, endingOf } from "./ending.js";
import { FAULTS, type Fault } from "./faults.js";
import { LivePlane } from "./live-plane.js";
import { LIVE_WAYS } from "./long-ways.js";
import type { Scenario } from "./scenario.js";
import { expectEnd, spoilt } from "./spoilt.js";

const MINUTES = 60_000;
/** How many worlds there are at a time. */
const WORLDS = 32;

const describeLive = findControlPlane() === undefined && process.env["CI"] !== "true" ? describe.skip : describe;
if (describeLive === describe.skip)
  process.stderr.write(`skipped: API faults of a real server (${NO_CONTROL_PLANE})\n`);

const CHOSEN = FAULTS.filter(({ name }) =>
  [
    "409 to every write",
    "410 to every list and watch",
    "429 with Retry-After to every call",
    "500 to every call",
    "503 to every call",
    "a time-out after the server did it",
    "an outage, and all watches reset",
    "history compacted, and watches reset",
    "watch events duplicated",
    "two leaders",
    "the operator's clock one hour ahead",
    "the operator's clock one hour back",
  ].includes(name),
);

/** One world's scenario, and when its fault begins. */
interface Start {
  readonly scenario: Scenario;
  readonly undisturbed: Ending;
  readonly phase: string;
  readonly entry: number;
}

describeLive("a real API server, whatever goes wrong: no job is lost and nothing is done twice", () => {
  let plane: LivePlane;
  /** How the worlds of each fault ended. */
  const ends = new Map<Fault, Promise<PromiseSettledResult<void>[]>>();
  let cells = 0;
  const phases = new Set<string>();

  async function starts(scenario: Scenario): Promise<Start[]> {
    const world = new ChaosWorld(scenario, await plane.ground());
    await world.live();
    const undisturbed = await endingOf(world);
    return ["New", ...undisturbed.phases].map((phase, entry) => ({ scenario, undisturbed, phase, entry }));
  }

  async function survives(fault: Fault, { scenario, undisturbed, phase, entry }: Start): Promise<void> {
    try {
      const world = new ChaosWorld(scenario, await plane.ground());
      expectEnd(fault, await spoilt(world, fault, entry), undisturbed);
    } catch (error) {
      (error as Error).message = `${scenario.name}, from ${phase} (${entry}) on: ${(error as Error).message}`;
      throw error;
    }
    cells += 1;
    phases.add(phase);
  }

  beforeAll(async () => {
    plane = await LivePlane.start();
    const all = (await Promise.all(LIVE_WAYS.map(starts))).flat();
    // Many at once: they wait most of the time, some for a minute until a request without an answer can't come any more.
    const turns = new Turns(WORLDS, 10 * MINUTES, systemClock);
    for (const fault of CHOSEN)
      ends.set(fault, Promise.allSettled(all.map((start) => turns.take(() => survives(fault, start)))));
  }, 2 * MINUTES);

  afterAll(async () => {
    await Promise.all(ends.values());
    await plane?.stop();
    const figures = `${CHOSEN.length} faults × ${phases.size} phases, ${cells} combinations`;
    process.stderr.write(`API faults on a real API server: ${figures}\n`);
  }, 10 * MINUTES);

  test("history that is compacted is gone", async () => {
    const { cluster, namespace } = await plane.ground();
    const draft = aJob().named("titanic", namespace).suspended().draft();
    const { resourceVersion = "" } = (await cluster.create(NOTEBOOK_VALIDATION_JOBS, draft)).metadata;
    await plane.compact();
    const watch = async (): Promise<unknown> => {
      for await (const event of cluster.watch(NOTEBOOK_VALIDATION_JOBS, { namespace, resourceVersion })) return event;
      return undefined;
    };
    expect(isKubeError(await watch().catch((error: unknown) => error), "Gone")).toBe(true);
  });

  test.each(CHOSEN.map((fault) => [fault.name, fault] as const))(
    "%s",
    async (_name, fault) => {
      for (const end of (await ends.get(fault)) ?? []) if (end.status === "rejected") throw end.reason;
      expect(plane.errors).toEqual([]);
    },
    10 * MINUTES,
  );
});
