import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { KubeError, type KubeErrorReason, ManualClock, seededRandom } from "../../src/kube/index.js";
import { ClusterGate } from "../../src/operator/cluster-gate.js";

/** A gate to a cluster that answers by this plan, then well. */
function aGate(plan: readonly (KubeErrorReason | "hangs")[], namespaces?: readonly string[]) {
  const clock = new ManualClock();
  const lines: { msg: string }[] = [];
  const asked: (string | undefined)[] = [];
  const left = [...plan];
  const gate = new ClusterGate({
    clock,
    random: seededRandom(1),
    logger: pino({}, { write: (line: string) => lines.push(JSON.parse(line) as { msg: string }) }),
    cluster: {
      list: (_resource, options) => {
        asked.push(options?.namespace);
        const next = left.shift();
        if (next === "hangs") return new Promise(() => undefined);
        if (next !== undefined) return Promise.reject(new KubeError({ reason: next, message: next }));
        return Promise.resolve({ items: [], resourceVersion: "1" });
      },
    },
    ...(namespaces && { namespaces }),
  });
  return { gate, clock, lines, asked };
}

test("opens at once for a cluster that is complete", async () => {
  const { gate, lines } = aGate([]);
  expect(gate.obstacle).toBe("not asked yet");
  await gate.pass(new AbortController().signal);
  expect(gate.obstacle).toBeUndefined();
  expect(lines).toEqual([]);
});

test("waits for what is missing, and says each obstacle once", async () => {
  const { gate, clock, lines } = aGate([
    "ConnectionFailed",
    "ConnectionFailed",
    "Unauthorized",
    "NotFound",
    "NotFound",
  ]);
  const passing = gate.pass(new AbortController().signal);
  await clock.advance(120_000);
  await passing;
  expect(lines.map(({ msg }) => msg.replace(/:.*; waiting/, "; waiting"))).toEqual([
    "the API server does not answer; waiting",
    "the API server does not accept the operator's credentials; waiting",
    "the API server does not serve NotebookValidationJobs; waiting",
  ]);
  expect(gate.obstacle).toBeUndefined();
});

test("gives a call that hangs fifteen seconds", async () => {
  const { gate, clock } = aGate(["hangs"]);
  const passing = gate.pass(new AbortController().signal);
  await clock.advance(15_000);
  expect(gate.obstacle).toBe("the API server does not answer");
  await clock.advance(1_000);
  await passing;
});

test("asks only within the namespaces that it serves, where it may", async () => {
  const { gate, asked } = aGate([], ["team-a", "team-b"]);
  await gate.pass(new AbortController().signal);
  expect(asked).toEqual(["team-a"]);
});

test("stops waiting with its signal, in a call and between two", async () => {
  for (const plan of [["hangs"], ["NotFound"]] as const) {
    const { gate, clock } = aGate(plan);
    const stop = new AbortController();
    const passing = gate.pass(stop.signal);
    await clock.settle();
    stop.abort(new Error("stopped"));
    await expect(passing).rejects.toThrow("stopped");
  }
});
