import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BUILD_STRATEGIES, strategyNamed } from "../../../src/build/index.js";
import { type KubernetesObject, type Resource } from "../../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import { documents } from "../../charts/synthesized.js";
import {
  type ControlPlane,
  findControlPlane,
  NO_CONTROL_PLANE,
  startControlPlane,
} from "../../cluster/control-plane.js";
import { untilServed } from "../../contract/until-served.js";
import { describeObjects, describeObservations } from "./build-strategy.contract.js";
import { apiServerWorld, BUILDER_CRDS, type BuilderWorld, memoryWorld } from "./builder-worlds.js";
import { PLAYED_BUILDERS } from "./played-builders.js";

for (const [name, builder] of Object.entries(PLAYED_BUILDERS)) {
  const world = memoryWorld();
  describeObjects(name, builder);
  describeObservations(name, builder, () => world);
}

test("every strategy is held to the contract, and has the name that it is asked for by", () => {
  const held = new Set(Object.values(PLAYED_BUILDERS).map(({ strategy }) => strategy));
  expect(new Set(BUILD_STRATEGIES)).toEqual(held);
  for (const strategy of BUILD_STRATEGIES) expect(strategyNamed(strategy.name)).toBe(strategy);
  expect(strategyNamed("kaniko")?.name).toBe("tekton");
});

const assets = findControlPlane();
if (assets === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);

(assets === undefined ? describe.skip : describe)("on a real API server", () => {
  const DEFINITIONS: Resource = {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    namespaced: false,
  };
  let controlPlane: ControlPlane;
  let cluster: LiveCluster;
  let world: BuilderWorld;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    cluster = new LiveCluster(loadKubeConfig({ path: controlPlane.kubeconfig }));
    for (const crd of BUILDER_CRDS.flatMap((file) => documents(readFileSync(file, "utf8")))) {
      await cluster.create(DEFINITIONS, crd as unknown as KubernetesObject);
    }
    for (const { strategy } of Object.values(PLAYED_BUILDERS)) {
      for (const kind of [...strategy.needs, ...strategy.watches])
        await untilServed(cluster, { ...kind, namespaced: true });
    }
    world = apiServerWorld(cluster);
  }, 120_000);

  afterAll(async () => {
    await controlPlane?.stop();
  }, 30_000);

  for (const [name, builder] of Object.entries(PLAYED_BUILDERS)) {
    describeObservations(name, builder, () => world);
  }
});
