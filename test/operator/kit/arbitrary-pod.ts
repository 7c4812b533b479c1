import fc from "fast-check";
import type { Pod } from "../../../src/kube/resources.js";

/** A pod of ours as admission, schedulers and kubelets may leave it. */
export function arbitraryPod(): fc.Arbitrary<Pod> {
  const items = [{ key: "password", path: "p", mode: 256 }];
  const terminated = fc.record({
    exitCode: fc.constantFrom(0, 1, 127, 137),
    reason: fc.constantFrom("OOMKilled", "Error", "StartError"),
    message: fc.constantFrom("", "no such host", "permission denied"),
  });
  const reason = fc.constantFrom("PodInitializing", "CrashLoopBackOff", "ImagePullBackOff");
  const state = fc.oneof(
    fc.record({ waiting: fc.record({ reason }) }),
    fc.record({ running: fc.constant({ startedAt: "2026-01-01T00:00:30Z" }) }),
    fc.record({ terminated }),
  );
  const statuses = (...names: string[]) =>
    fc.option(
      fc.tuple(
        ...names.map((name) =>
          fc.record({
            name: fc.constant(name),
            state,
            lastState: fc.oneof(fc.constant({}), fc.record({ terminated })),
          }),
        ),
      ),
      { nil: undefined },
    );
  const container = (name: string, more: object = {}) =>
    fc
      .constantFrom({}, { resources: { limits: { memory: "8Gi", cpu: "1" } } })
      .map((resources) => ({ name, image: `${name}:1`, env: [{ name: "A", value: "b" }], ...resources, ...more }));
  const volume = fc.constantFrom(
    { emptyDir: {} },
    { secret: { secretName: "db" } },
    { secret: { secretName: "db", items } },
    { configMap: { name: "settings", items } },
    { projected: { sources: [{ secret: { name: "db", items } }, { configMap: { name: "settings", items } }] } },
  );
  const spec = fc.record({
    restartPolicy: fc.constant("Never"),
    nodeName: fc.constantFrom(undefined, "node-7"),
    schedulerName: fc.constantFrom(undefined, "volcano"),
    initContainers: fc.tuple(container("proxy", { restartPolicy: "Always" }), container("source")),
    containers: fc.tuple(container("agent"), container("notebook")),
    volumes: volume.map((source) => [{ name: "data", ...source }]),
  });
  const at = { lastTransitionTime: "2026-01-01T00:00:00Z" };
  const conditions = fc.constantFrom(
    [],
    [{ type: "PodScheduled", status: "True", ...at }],
    [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/5 nodes are available", ...at }],
  );
  const status = fc.record({
    phase: fc.constantFrom("Pending", "Running", "Failed"),
    conditions,
    initContainerStatuses: statuses("proxy", "source"),
    containerStatuses: statuses("agent", "notebook"),
  });
  const metadata = { name: "titanic-val", namespace: "team-a", creationTimestamp: "2026-01-01T00:00:00Z" };
  return fc
    .record({ spec, status })
    .map((pod) => ({ apiVersion: "v1", kind: "Pod", metadata, ...pod }) as unknown as Pod);
}
