import { afterAll, beforeAll, describe, jest } from "@jest/globals";
import { type NodeWorld, nodeCluster, startNodeWorld } from "./node-world.js";
import { tellStories } from "./stories/index.js";
import { tellOfTheNode } from "./stories-of-the-node/index.js";

const state = await nodeCluster();
if (state === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: \`make test-cluster\` runs it\n`);

jest.setTimeout(400_000);

(state === undefined ? describe.skip : describe)("the operator in a real cluster, pods as containers:", () => {
  let world: NodeWorld;
  beforeAll(async () => {
    world = await startNodeWorld(state ?? "");
  }, 300_000);
  afterAll(() => world?.stop(), 60_000);

  tellOfTheNode(() => world);
  tellStories(() => world);
});
