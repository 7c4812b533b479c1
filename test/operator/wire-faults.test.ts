import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { crd, parseOperatorConfig } from "../../src/api/index.js";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  EVENTS,
  NAMESPACES,
  NOTEBOOK_VALIDATION_JOBS,
  objectOf,
  seededRandom,
  systemClock,
} from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import type { JobStatus } from "../../src/operator/decide/job.js";
import { Operator } from "../../src/operator/index.js";
import { type ControlPlane, findControlPlane, NO_CONTROL_PLANE, startControlPlane } from "../cluster/control-plane.js";
import { KUBELET_CLIENT_ARGUMENTS } from "../cluster/node-log-server.js";
import { untilServed } from "../contract/until-served.js";
import { startFaultyProxy, WIRE_FAULTS } from "../kube/faulty-proxy.js";
import { COMMIT } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";
import { PlayedNode } from "./kit/played-node.js";

const START_MS = 90_000;
const END_MS = 60_000;
/** Whoever has failed many times in a row waits long for the next try: with bad luck beyond any end, on a wire that stays bad. */
const SPOILT_MS = 15_000;
const JOBS = 8;

const describeLive = findControlPlane() === undefined && process.env["CI"] !== "true" ? describe.skip : describe;
if (describeLive === describe.skip)
  process.stderr.write(`skipped: the operator behind a bad wire (${NO_CONTROL_PLANE})\n`);

describeLive("an operator whose wire to a real API server is bad", () => {
  let plane: ControlPlane;
  let direct: LiveCluster;
  let node: PlayedNode;

  beforeAll(async () => {
    plane = await startControlPlane({ apiServerArguments: KUBELET_CLIENT_ARGUMENTS });
    direct = new LiveCluster(loadKubeConfig({ path: plane.kubeconfig }));
    await direct.create(CUSTOM_RESOURCE_DEFINITIONS, objectOf(CUSTOM_RESOURCE_DEFINITIONS, crd()));
    await untilServed(direct, NOTEBOOK_VALIDATION_JOBS);
    node = new PlayedNode(direct, plane.pki, ({ metadata }) =>
      metadata.name.startsWith("bad") ? failingEvents() : passingEvents(),
    );
    await node.start();
  }, START_MS);
  afterAll(async () => {
    await node?.stop();
    await direct?.close();
    await plane?.stop();
  }, START_MS);

  test.each([1, 2, 3, 4, 5])(
    "brings every job to its right end with one pod each, seed %i",
    async (seed) => {
      const random = seededRandom(seed);
      const proxy = await startFaultyProxy(plane);
      const spoilt = new LiveCluster(loadKubeConfig({ path: proxy.kubeconfig }), {
        timeoutMs: 1000,
        retry: { attempts: 2, totalMs: 200 },
      });
      const namespace = `wire-${seed}`;
      await direct.create(NAMESPACES, objectOf(NAMESPACES, { metadata: { name: namespace } }));
      const stop = new AbortController();
      const operator = new Operator({
        cluster: spoilt,
        clock: systemClock,
        random,
        logger: pino({ level: process.env["NBV_TEST_LOG"] ?? "silent" }),
        config: parseOperatorConfig({}),
        signingKey: Buffer.alloc(32, 7),
        source: { resolve: async () => ({ commit: COMMIT }) },
        namespaces: [namespace],
      });
      proxy.spoil(WIRE_FAULTS, 0.3, random, 1500);
      const running = operator.run(stop.signal);
      try {
        const names = Array.from(
          { length: JOBS },
          (_, index) => `${index % 3 === 0 ? "bad" : "good"}-${seed}-${index}`,
        );
        for (const name of names) {
          await direct.create(NOTEBOOK_VALIDATION_JOBS, aJob().named(name, namespace).draft());
          await systemClock.sleep(random() * 200);
        }
        const phases = async (): Promise<Record<string, string | undefined>> =>
          Object.fromEntries(
            (await direct.list(NOTEBOOK_VALIDATION_JOBS, { namespace })).items.map(({ metadata, status }) => [
              metadata.name,
              (status as JobStatus | undefined)?.phase,
            ]),
          );
        const right = Object.fromEntries(names.map((name) => [name, name.startsWith("bad") ? "Failed" : "Succeeded"]));
        const healAt = Date.now() + SPOILT_MS;
        const until = Date.now() + END_MS;
        while (JSON.stringify(sorted(await phases())) !== JSON.stringify(sorted(right))) {
          if (Date.now() > until) {
            if (process.env["NBV_TEST_LOG"] !== undefined) {
              const { items } = await direct.list(NOTEBOOK_VALIDATION_JOBS, { namespace });
              process.stderr.write(`${JSON.stringify(items.map(({ status }) => status))}\n`);
            }
            expect(await phases()).toEqual(right);
          }
          if (Date.now() > healAt) proxy.heal();
          await systemClock.sleep(50);
        }
        // Time enough to do something twice.
        await systemClock.sleep(500);
        proxy.heal();
        await systemClock.sleep(1500);
        expect(await phases()).toEqual(right);
        const pods = [...node.pods].filter(([name]) => names.some((job) => name.startsWith(`${job}-`)));
        expect(pods.map(([, uids]) => uids.size)).toEqual(names.map(() => 1));
        const outcomes = (await direct.list(EVENTS, { namespace })).items
          .filter(
            ({ reason, involvedObject }) =>
              involvedObject.kind === "NotebookValidationJob" && /^(Succeeded|Failed)$/.test(reason ?? ""),
          )
          .map(({ involvedObject, reason, count }) => `${involvedObject.name} ${reason} ${count ?? 1}`);
        // An event is told once at most: nobody may rely on it, so one that the wire swallowed is not told again.
        expect(new Set(outcomes).size).toBe(outcomes.length);
        expect(outcomes.length).toBeGreaterThan(0);
        for (const { metadata, status } of (await direct.list(NOTEBOOK_VALIDATION_JOBS, { namespace })).items) {
          const { results, attempts } = (status ?? {}) as { results?: unknown[]; attempts?: unknown[] };
          expect([metadata.name, results?.length, attempts?.length ?? 1]).toEqual([metadata.name, 2, 1]);
        }
        expect(node.errors).toEqual([]);
      } finally {
        proxy.heal();
        stop.abort();
        await running;
        await spoilt.close();
        await proxy.stop();
      }
    },
    END_MS * 2,
  );
});

function sorted(record: Record<string, unknown>): unknown[] {
  return Object.entries(record).sort(([a], [b]) => a.localeCompare(b));
}
