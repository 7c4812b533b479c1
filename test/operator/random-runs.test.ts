import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ANNOTATION_RETRY_REQUESTED, toRfc3339Millis } from "../../src/api/index.js";
import type { KubeErrorReason } from "../../src/kube/kube-error.js";
import { type NotebookValidationJobObject, PODS, type Pod } from "../../src/kube/resources.js";
import { isTerminal } from "../../src/operator/decide/job.js";
import { hasEnded } from "../../src/operator/decide/pods.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";
import { Faults, throughFaults } from "./kit/faulty-cluster.js";
import { Judge } from "./kit/judge.js";

const reasons: KubeErrorReason[] = [
  "Conflict",
  "InternalError",
  "TooManyRequests",
  "ServiceUnavailable",
  "ConnectionFailed",
  "NotFound",
];

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("pod" as const),
      what: fc.constantFrom("start", "say", "pass", "fail", "evict", "kill", "delete", "finish"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("user" as const),
      what: fc.constantFrom("edit", "suspend", "resume", "retry", "priority"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("time" as const), ms: fc.constantFrom(1, 500, 2_000, 10_000, 70_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("operator" as const), what: fc.constantFrom("restart", "crash") }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("refuse" as const),
      reason: fc.constantFrom(...reasons),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), times: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("watch" as const),
      what: fc.constantFrom("close", "reset", "expire", "compact"),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** A cluster whose every write is judged, and an operator whose connection is bad. */
class Chaos {
  readonly world: TestCluster;
  readonly judge = new Judge(() => this.world);
  #faults = new Faults();

  constructor(seed: number) {
    this.world = new TestCluster({
      seed,
      resolve: async () => ({ commit: "0123456789abcdef0123456789abcdef01234567" }),
      intercept: this.judge.intercept,
    });
  }

  async startOperator(): Promise<void> {
    this.#faults = new Faults();
    await this.world.startOperator({ cluster: throughFaults(this.world.cluster, this.#faults) });
  }

  async act(step: Action): Promise<void> {
    const { world } = this;
    if (step.do === "pod") await this.#actOnPod(step.what);
    if (step.do === "user") await this.#actAsUser(step.what);
    if (step.do === "time") await world.pass(step.ms);
    if (step.do === "refuse") this.#faults.refuse.push(...Array<KubeErrorReason>(step.times).fill(step.reason));
    if (step.do === "lose") this.#faults.loseAnswers += step.times;
    if (step.do === "watch") {
      if (step.what === "compact") world.cluster.compact();
      else world.cluster.breakWatches(step.what);
    }
    if (step.do === "operator") {
      this.#faults.isDead = step.what === "crash";
      await world.stopOperator();
      await this.startOperator();
    }
    await world.settle();
  }

  /** From now on nothing bad happens. @returns the finished job */
  async heal(): Promise<NotebookValidationJobObject> {
    const { world } = this;
    this.#faults.refuse = [];
    this.#faults.loseAnswers = 0;
    for (let round = 0; round < 60; round++) {
      const job = await world.job();
      if ((job.spec as { suspend?: boolean }).suspend === true) await this.#actAsUser("resume");
      for (const what of ["finish", "start", "pass"]) await this.#actOnPod(what);
      await world.pass(20_000);
      const status = await world.status();
      const { generation } = await world.job().then(({ metadata }) => metadata);
      const pods = await world.pods();
      if (isTerminal(status.phase) && status.observedGeneration === generation && pods.every(hasEnded))
        return world.job();
    }
    throw new Error(`the job never comes to an end: ${JSON.stringify(await world.status())}`);
  }

  async #actOnPod(what: string): Promise<void> {
    const { world } = this;
    for (const pod of await world.pods()) {
      if (hasEnded(pod)) continue;
      const isRunning = pod.status?.phase === "Running";
      if (what === "start" && !isRunning) await world.kubelet.start(pod);
      if (what === "say" && isRunning) await world.kubelet.say(pod, passingEvents().slice(0, 3));
      if (what === "pass" && isRunning) await this.#pass(pod);
      if (what === "fail" && isRunning) await world.kubelet.run(pod, failingEvents());
      if (what === "evict") await world.kubelet.evict(pod);
      if (what === "kill" && isRunning) await world.kubelet.end(pod, 137, { reason: "OOMKilled", message: "" });
      if (what === "delete") await world.cluster.delete(PODS, keyOf(pod));
      if (what === "finish" && pod.metadata.deletionTimestamp !== undefined) {
        await world.cluster.delete(PODS, keyOf(pod), { gracePeriodSeconds: 0 });
      }
    }
    await world.settle();
  }

  async #pass(pod: Pod): Promise<void> {
    this.judge.passed.push(pod.metadata.name);
    await this.world.kubelet.run(pod, passingEvents());
  }

  async #actAsUser(what: string): Promise<void> {
    const { world } = this;
    if (what === "edit") {
      const job = await world.job();
      const { notebook } = job.spec as { notebook: { parameters?: { edit?: number } } };
      await world.edit({ spec: { notebook: { parameters: { edit: (notebook.parameters?.edit ?? 0) + 1 } } } });
    }
    if (what === "suspend" || what === "resume") await world.edit({ spec: { suspend: what === "suspend" } });
    if (what === "priority") await world.edit({ spec: { priority: 60 } });
    if (what === "retry") {
      await world.edit({
        metadata: { annotations: { [ANNOTATION_RETRY_REQUESTED]: toRfc3339Millis(world.clock.now()) } },
      });
    }
  }
}

function keyOf({ metadata: { namespace = "", name } }: Pod): { namespace: string; name: string } {
  return { namespace, name };
}

test("law: whatever happens for however long, the invariants hold, the job ends, and then nothing is written any more", async () => {
  const runs = Number(process.env["NBV_RANDOM_RUNS"] ?? 25);
  let steps = 0;
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(action, { minLength: 15, maxLength: 80, size: "max" }),
      async (seed, actions) => {
        const chaos = new Chaos(seed);
        histories += 1;
        await chaos.startOperator();
        await chaos.world.submit(aJob().draft());
        for (const step of actions) {
          await chaos.act(step);
          steps += 1;
          chaos.judge.assertInnocent();
        }
        await chaos.heal();
        const version = chaos.world.cluster.resourceVersion;
        await chaos.world.pass(900_000);
        expect(chaos.world.cluster.resourceVersion).toBe(version);
        await chaos.world.stopOperator();
        chaos.judge.assertInnocent();
        expect(chaos.world.clock.pending).toBe(0);
      },
    ),
    {
      numRuns: runs,
      interruptAfterTimeLimit: 25_000,
      ...(process.env["NBV_SEED"] && { seed: Number(process.env["NBV_SEED"]) }),
    },
  );
  process.stderr.write(`random runs: ${histories} histories, ${steps} steps\n`);
}, 300_000);
