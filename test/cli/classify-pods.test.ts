import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UserError } from "../../src/api/index.js";
import { SeenObject } from "../../src/cli/classify-input.js";
import { classifySeenPod } from "../../src/cli/classify-pods.js";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const UNMOUNTED = {
  type: "Warning",
  reason: "FailedMount",
  message: 'MountVolume.SetUp failed for volume "d" : references non-existent secret key: k',
};

/** What `nbv classify` finds about a Pod of which a cluster, or somebody by hand, wrote this. */
function found(pod: object) {
  const object = SeenObject.parse({ kind: "Pod", metadata: { name: "a" }, ...pod });
  return classifySeenPod(object, [UNMOUNTED], NOW);
}

const WAITS = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" };

describe("a Pod whose fields are of another type is refused, by the field's path", () => {
  test.each<[path: string, pod: object]>([
    ["status.conditions.0.lastTransitionTime", { status: { conditions: [{ ...WAITS, lastTransitionTime: 7 }] } }],
    ["status.startTime", { status: { phase: "Pending", startTime: 7 } }],
    ["status.conditions", { status: { conditions: "x" } }],
    ["spec.volumes", { spec: { containers: [], volumes: "x" }, status: { phase: "Pending" } }],
    ["spec.volumes.0", { spec: { containers: [], volumes: [7] } }],
    ["spec.containers.0.image", { spec: { containers: [{ name: "a", image: 7 }] } }],
    [
      "status.containerStatuses.0.state.terminated.reason",
      { status: { containerStatuses: [{ name: "a", state: { terminated: { exitCode: 1, reason: 7 } } }] } },
    ],
  ])("%s", (path, pod) => {
    expect(() => found(pod)).toThrow(UserError);
    expect(() => found(pod)).toThrow(`Pod a: is not shaped like a Pod: ${path}: `);
  });
});

describe("what is null is not set", () => {
  test("in a Pod that failed without a word", () => {
    const status = { phase: "Failed", containerStatuses: null, initContainerStatuses: null, conditions: null };
    expect(found({ spec: null, status })).toMatchObject({ failure: { reason: "Unknown" }, isSettled: true });
  });

  test("in a Pod that nobody has touched", () => {
    const none = { spec: { containers: null, volumes: [null] }, status: null };
    expect(found(none)).toBeUndefined();
    expect(
      found({ status: { phase: null, conditions: [{ ...WAITS, status: "True", message: null }] } }),
    ).toBeUndefined();
  });

  test("in a container's state, and in times", () => {
    const terminated = { exitCode: 137, reason: null, message: null, startedAt: null, finishedAt: null };
    const pod = {
      metadata: { name: "a", deletionTimestamp: null },
      spec: { restartPolicy: null, containers: [{ name: "a", image: null }] },
      status: {
        phase: "Running",
        startTime: null,
        containerStatuses: [
          { name: "a", image: null, state: { running: null, terminated, waiting: null }, lastState: null },
        ],
      },
    };
    const { status } = pod;
    expect(found(pod)?.failure.reason).not.toBe("PodDeleted");
    expect(found(pod)?.isSettled).toBe(true);
    expect(found({ ...pod, status: { ...status, conditions: [{ ...WAITS, lastTransitionTime: null }] } })).toEqual(
      found(pod),
    );
  });
});

test("nothing in a Pod makes it fail otherwise", () => {
  const part = fc.oneof(fc.constantFrom(null, 7, "x", "2026-11-21T10:00:00Z", [], {}), fc.jsonValue({ maxDepth: 2 }));
  const optional = { requiredKeys: [] };
  const condition = fc.record(
    {
      type: fc.constantFrom("PodScheduled", "DisruptionTarget", "Initialized"),
      status: fc.constantFrom("True", "False"),
      reason: fc.oneof(fc.constant("Unschedulable"), part),
      message: part,
      lastTransitionTime: part,
    },
    optional,
  );
  const terminated = fc.record({ exitCode: fc.nat(255), reason: part, message: part, startedAt: part }, optional);
  const waiting = fc.record({ reason: fc.oneof(fc.constant("ErrImagePull"), part), message: part }, optional);
  const state = fc.record({ waiting, terminated, running: part }, optional);
  const status = fc.record({ name: fc.constant("a"), image: part, state, lastState: state }, optional);
  const source = fc.record({ name: part, secretName: part, items: part }, optional);
  const volume = fc.record({ name: fc.constant("d"), secret: source, configMap: source, projected: part }, optional);
  const container = fc.record({ name: fc.constant("a"), image: part, resources: part, env: part }, optional);
  const pod = fc.record(
    {
      metadata: fc.record({ name: fc.constant("a"), deletionTimestamp: part }),
      spec: fc.record(
        {
          containers: fc.array(container, { maxLength: 2 }),
          volumes: fc.oneof(part, fc.array(volume, { maxLength: 2 })),
          nodeName: part,
          restartPolicy: part,
        },
        optional,
      ),
      status: fc.record(
        {
          phase: fc.constantFrom("Pending", "Running", "Failed"),
          startTime: part,
          reason: part,
          message: part,
          conditions: fc.array(condition, { maxLength: 2 }),
          containerStatuses: fc.array(status, { maxLength: 2 }),
          initContainerStatuses: part,
        },
        optional,
      ),
    },
    optional,
  );
  fc.assert(
    fc.property(pod, (each) => {
      try {
        found(each);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 2_000 },
  );
});
