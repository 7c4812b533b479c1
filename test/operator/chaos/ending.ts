import { expect } from "@jest/globals";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { ChaosWorld, Deed } from "./chaos-world.js";
import { finalState, times } from "./final-state.js";
import type { Call } from "./life.js";

/** What came of a scenario, in words that are the same in every world: without times, and the names that an API server draws. */
export interface Ending {
  readonly status: JobStatus | undefined;
  readonly state: unknown;
  /** All that operators really did. */
  readonly deeds: readonly Deed[];
  /** What late requests did. */
  readonly landed: readonly Deed[];
  /** Phases that the job went through. */
  readonly phases: readonly string[];
  /** Calls of all operators. */
  readonly calls: readonly Call[];
  /** How many operator processes there were. */
  readonly lives: number;
}

export async function endingOf(world: ChaosWorld): Promise<Ending> {
  const { lives, deeds, landed, phases, test } = world;
  const status = await world.status();
  const calls = lives.flatMap((life) => life.calls);
  const drawn = { status, state: await finalState(world), deeds, landed };
  const named = renamed(drawn, new Map([[test.namespace, "team"], ...drawnNames(status)]));
  return { ...named, phases, calls, lives: lives.length };
}

/** Objects that must never be made twice. */
const MADE_ONCE = ["create pods", "create pipelineruns", "create builds", "create configmaps"];

/** The same end as if nothing had happened, with nothing done twice. */
export function expectSameEnd(found: Ending, undisturbed: Ending): void {
  expect(found.state).toEqual(undisturbed.state);
  for (const call of MADE_ONCE) expectOnce(call, found, undisturbed);
  // An event may be lost with the process that was to tell it. It is never told twice.
  const told = times(found.deeds, "create events");
  const expected = times(undisturbed.deeds, "create events");
  for (const [words, count] of Object.entries(told))
    expect([words, Math.max(count, expected[words] ?? 0)]).toEqual([words, expected[words]]);
}

/** No object was made twice, and nothing told twice, whatever the end. */
export function expectNothingTwice({ deeds }: Ending): void {
  for (const call of [...MADE_ONCE, "create events"]) {
    for (const [what, count] of Object.entries(times(deeds, call)))
      expect([call, what, count]).toEqual([call, what, 1]);
  }
}

/** The same objects were made, each as often; one that a late request made came without anybody's doing. */
function expectOnce(call: string, found: Ending, undisturbed: Ending): void {
  const made = times(found.deeds, call);
  const expected = times(undisturbed.deeds, call);
  for (const name of Object.keys(times(found.landed, call))) {
    const count = expected[name];
    if (count !== undefined) made[name] ??= count;
  }
  expect([call, made]).toEqual([call, expected]);
}

/** Runs, and with them pods and builds, are named after the job's UID; here by their order. */
function drawnNames({ attempts = [], buildStatus, runId }: JobStatus = {}): [string, string][] {
  const runs = [...attempts].reverse().flatMap((attempt) => [attempt.runId, attempt.podName]);
  const builds = (buildStatus?.attempts ?? []).map(({ buildName }) => buildName);
  const names = [...runs, runId, ...builds, buildStatus?.buildName].filter((name) => name !== undefined);
  const stems = new Set(names.map((name) => name.replace(/-\d+$/, "")));
  return [...stems].map((stem, index) => [stem, `drawn-${index + 1}`]);
}

/** Instants, and how long something was waited for. */
const TIMES = /\d{4}-\d\d-\d\dT[\d:.]+Z|(?<= in vain for )[\dhms]+/g;

function renamed<T>(value: T, names: ReadonlyMap<string, string>): T {
  let text = JSON.stringify(value).replaceAll(TIMES, "some time");
  for (const [name, other] of names) text = text.replaceAll(name, other);
  return JSON.parse(text) as T;
}
