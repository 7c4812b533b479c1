import { afterEach, describe, expect, test } from "@jest/globals";
import { TestCluster } from "../kit/a-cluster.js";
import { FakeOutside } from "../kit/fake-outside.js";
import { passingEvents } from "../kit/fake-runner.js";
import { FakeTekton, tektonCrds } from "../kit/fake-tekton.js";
import { Faults, throughFaults } from "../kit/faulty-cluster.js";
import { CROWD_CONFIG, CROWD_FILES, tellOfCrowd } from "./crowd.js";

const MINUTES = 60_000;

let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("two hundred jobs of twenty environments, all at once", () => {
  test(
    "cost twenty builds, though the operator is killed three times",
    async () => {
      const builder = new FakeOutside(CROWD_FILES);
      world = new TestCluster({ crds: tektonCrds(), config: CROWD_CONFIG, options: { build: "build", builder } });
      let faults = new Faults();
      await tellOfCrowd({
        cluster: world.cluster,
        tekton: new FakeTekton(world.cluster, world.clock),
        restart: async () => {
          // Nothing that the old process asks from now on arrives, whatever it was about to do.
          faults.isDead = true;
          await world.pass(500);
          await world.stopOperator();
          faults = new Faults();
          await world.startOperator({ cluster: throughFaults(world.cluster, faults) });
        },
        pass: () => world.pass(1_000),
        run: (pod) => world.kubelet.run(pod, passingEvents()),
      });
    },
    10 * MINUTES,
  );
});
