import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canonicalJson, NotebookValidationJobStatus, Phase } from "../../../src/api/index.js";
import { decide } from "../../../src/operator/decide/decide.js";
import { valueOf } from "../../api/contract-arbitrary.js";
import { anyPod } from "../chaos/any-pod.js";
import { Dice } from "../chaos/dice.js";
import { aJob } from "../kit/a-job.js";
import { aLog, anObservation, aPod, COMMIT, ended, running, START, Story } from "../kit/an-observation.js";
import { passingEvents } from "../kit/fake-runner.js";

describe("laws", () => {
  test("decide is total: whatever a job and its status are, there is a decision, and it stands on its own", () => {
    const anything = fc.anything({ withNullPrototype: false, maxDepth: 3 });
    const phase = fc.constantFrom(...Phase.options, "Nonsense");
    const status = fc.oneof(
      anything,
      fc.record({
        phase,
        runId: fc.string(),
        specHash: fc.string(),
        attempts: fc.array(fc.record({ number: fc.nat(), outcome: fc.string() })),
      }),
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.constant(aJob().build().spec)), status, (spec, said) => {
        const job = JSON.parse(JSON.stringify({ ...aJob().build(), spec, status: said })) as ReturnType<
          ReturnType<typeof aJob>["build"]
        >;
        const first = decide(job, anObservation(), START);
        expect(first.status.observedGeneration).toBe(1);
        expect(Buffer.byteLength(first.status.message ?? "")).toBeLessThanOrEqual(1024);
        expect(decide(job, anObservation(), START)).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  test("decide gives an answer that the API server takes to every status that it let in", () => {
    const story = new Story(aJob().build()).running();
    const pods = [aPod(story.podName, running()), aPod("other", ended(1))];
    const attempt = fc.record({
      number: fc.oneof(fc.constantFrom(0, 1, 2147483647), fc.nat()),
      outcome: fc.constantFrom("Running", "Failed", "x"),
      runId: fc.oneof(fc.constantFrom("a|b", story.status.runId ?? ""), fc.string({ maxLength: 63 })),
      podName: fc.oneof(fc.constantFrom(story.podName, "other"), fc.string({ maxLength: 253 })),
      image: fc.string(),
    });
    const known = fc.record(
      {
        phase: fc.constantFrom("Pending", "Initializing", "BuildComplete", "ValidationRunning", "Retrying", "Failed"),
        specHash: fc.constantFrom(story.status.specHash, "x"),
        observedGeneration: fc.constant(1),
        source: fc.constant({ commit: COMMIT }),
        runId: fc.oneof(fc.constantFrom("a|b", story.status.runId), fc.string({ maxLength: 63 })),
        attempts: fc.array(attempt, { maxLength: 3 }),
      },
      { requiredKeys: ["phase"] },
    );
    const any = valueOf(NotebookValidationJobStatus, "structural") as fc.Arbitrary<object>;
    fc.assert(
      fc.property(any, known, fc.boolean(), (said, more, isThere) => {
        const status = { ...said, ...more };
        const job = JSON.parse(JSON.stringify({ ...aJob().build(), status })) as Story["job"];
        const seen = { pods: isThere ? pods : [], source: { kind: "resolved", commit: COMMIT } as const };
        const { effects, status: next } = decide(job, anObservation(seen), START);
        expect(NotebookValidationJobStatus.safeParse(JSON.parse(JSON.stringify(next))).error).toBeUndefined();
        const started = effects.find((effect) => effect.kind === "start-attempt");
        if (started?.kind === "start-attempt") expect(started.plan.podName).toMatch(/^titanic-val-[0-9a-z]{8}-\d+$/);
      }),
      { numRuns: 500 },
    );
  });

  test("an attempt whose pod is there is not started again, whatever phase somebody writes and whatever the pod does", () => {
    const story = new Story(aJob().build()).running();
    const source = { kind: "resolved", commit: COMMIT } as const;
    fc.assert(
      fc.property(fc.constantFrom(...Phase.options), fc.nat(), (phase, seed) => {
        const pods = [anyPod(new Dice(seed), story.podName, START)];
        const job = { ...story.job, status: { ...story.status, phase } };
        const { effects } = decide(job, anObservation({ pods, source }), START);
        const started = effects.flatMap((effect) => (effect.kind === "start-attempt" ? [effect.plan.podName] : []));
        expect(started).not.toContain(story.podName);
      }),
      { numRuns: 500 },
    );
  });

  test("deciding again about the same facts changes nothing", () => {
    const story = new Story(aJob().build()).running();
    const seen = { pods: [aPod(story.podName, running())], log: aLog(passingEvents().slice(0, 4), false) };
    const first = canonicalJson(story.see(seen).status);
    story.pass(3_000);
    expect(canonicalJson(story.see(seen).status)).toBe(first);
    expect(story.kinds()).toEqual([]);
  });
});
