// The same crowd on a real API server, with real time.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { pino } from "pino";
import { crd, parseOperatorConfig } from "../../../src/api/index.js";
import { systemClock, systemRandom } from "../../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinitionObject,
  NAMESPACES,
  NOTEBOOK_VALIDATION_JOBS,
  objectOf,
} from "../../../src/kube/resources.js";
import { Operator } from "../../../src/operator/operator.js";
import {
  type ControlPlane,
  findControlPlane,
  NO_CONTROL_PLANE,
  startControlPlane,
} from "../../cluster/control-plane.js";
import { untilServed } from "../../contract/until-served.js";
import { COMMIT } from "../kit/a-cluster.js";
import { FakeKubelet } from "../kit/fake-kubelet.js";
import { FakeOutside } from "../kit/fake-outside.js";
import { passingEvents } from "../kit/fake-runner.js";
import { FakeTekton, PIPELINE_RUNS, TASK_RUNS, tektonCrds } from "../kit/fake-tekton.js";
import { Faults, throughFaults } from "../kit/faulty-cluster.js";
import { CROWD_CONFIG, CROWD_FILES, tellOfCrowd } from "./crowd.js";

const assets = findControlPlane();
if (assets === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);
const MINUTES = 60_000;

let control: ControlPlane;
let cluster: LiveCluster;
let faults = new Faults();
let operator: { readonly running: Promise<void>; readonly stop: AbortController } | undefined;

async function restart(): Promise<void> {
  faults.isDead = true;
  operator?.stop.abort();
  await operator?.running;
  faults = new Faults();
  const stop = new AbortController();
  const next = new Operator({
    cluster: throughFaults(cluster, faults),
    clock: systemClock,
    random: systemRandom,
    logger: pino({ level: "silent" }),
    config: parseOperatorConfig(CROWD_CONFIG),
    signingKey: Buffer.alloc(32, 7),
    source: { resolve: () => Promise.resolve({ commit: COMMIT }) },
    build: "build",
    builder: new FakeOutside(CROWD_FILES),
  });
  operator = { running: next.run(stop.signal), stop };
}

(assets === undefined ? describe.skip : describe)("a real API server, two hundred jobs of twenty environments", () => {
  beforeAll(async () => {
    control = await startControlPlane();
    cluster = new LiveCluster(loadKubeConfig({ path: control.kubeconfig }));
    for (const definition of [crd(), ...tektonCrds()]) {
      await cluster.create(CUSTOM_RESOURCE_DEFINITIONS, definition as CustomResourceDefinitionObject);
    }
    for (const resource of [NOTEBOOK_VALIDATION_JOBS, PIPELINE_RUNS, TASK_RUNS]) await untilServed(cluster, resource);
    await cluster.create(NAMESPACES, objectOf(NAMESPACES, { metadata: { name: "team-a" } }));
  }, 2 * MINUTES);

  afterAll(async () => {
    operator?.stop.abort();
    await operator?.running;
    await cluster.close();
    await control.stop();
  }, MINUTES);

  test(
    "cost twenty builds, though the operator is killed three times",
    async () => {
      // Nobody serves logs here: what the runner said last is the pod's termination message.
      const kubelet = new FakeKubelet(cluster, systemClock);
      await tellOfCrowd({
        cluster,
        tekton: new FakeTekton(cluster),
        restart,
        pass: () => sleep(1_000),
        run: (pod) => kubelet.run(pod, passingEvents()),
      });
    },
    8 * MINUTES,
  );
});
