import { afterEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { BUILD_STRATEGIES } from "../../../src/build/index.js";
import type { GroupVersion, ServedResource } from "../../../src/kube/cluster.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { seededRandom } from "../../../src/kube/random.js";
import { ServedStrategies } from "../../../src/operator/builds/served-strategies.js";
import { SteppingClock } from "../../kube/kit/stepping-clock.js";

const TEKTON = ["pipelineruns", "taskruns"];

let clock: ManualClock;
let calendar: SteppingClock;
let served: ServedStrategies;
let answers: number;
let questions: string[];

/** An API server that serves these resources by group, or is away. */
function anApiServer(groups: Record<string, readonly string[] | "away">): void {
  clock = new ManualClock();
  calendar = new SteppingClock(clock);
  [answers, questions] = [0, []];
  const discover = async ({ group }: GroupVersion): Promise<ServedResource[]> => {
    questions.push(group);
    const plurals = groups[group] ?? [];
    if (plurals === "away") throw new KubeError({ reason: "ServiceUnavailable", message: "no endpoints" });
    return plurals.map((plural) => ({ plural, kind: plural, namespaced: true }));
  };
  served = new ServedStrategies({
    cluster: { discover },
    clock: calendar,
    random: seededRandom(1),
    logger: pino({ level: "silent" }),
    strategies: BUILD_STRATEGIES,
    onAnswer: () => {
      answers += 1;
    },
  });
}

const names = () => served.look()?.map(({ name }) => name);

afterEach(() => served.stop());

describe("strategies that the cluster serves", () => {
  test("are not known before the API server has answered, which is told", async () => {
    anApiServer({ "tekton.dev": TEKTON });
    expect(names()).toBeUndefined();
    await clock.settle();
    expect([names(), answers]).toEqual([["tekton", "custom"], 1]);
  });

  test("are those whose every kind is there", async () => {
    anApiServer({ "tekton.dev": ["pipelineruns"], "shipwright.io": ["buildruns", "buildstrategies"] });
    served.refresh();
    await clock.settle();
    expect(names()).toEqual([]);
  });

  test.each([-1, 0, 1])("become more when something is installed, though the calendar steps by %d h", async (hours) => {
    const groups: Record<string, readonly string[]> = {};
    anApiServer(groups);
    served.refresh();
    await clock.settle();
    expect(names()).toEqual([]);
    calendar.stepMs = hours * 3_600_000;
    groups["tekton.dev"] = TEKTON;
    await clock.advance(29_000);
    expect(names()).toEqual([]);
    await clock.advance(1_000);
    names();
    await clock.settle();
    expect([names(), answers]).toEqual([["tekton", "custom"], 2]);
  });

  test("don't depend on an aggregated API whose own server is away", async () => {
    anApiServer({ "tekton.dev": TEKTON, "build.openshift.io": "away" });
    served.refresh();
    await clock.advance(60_000);
    expect(questions.filter((group) => group === "build.openshift.io")).toHaveLength(5);
    expect(names()).toEqual(["tekton", "custom"]);
  });
});
