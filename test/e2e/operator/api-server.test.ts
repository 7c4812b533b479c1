import { afterAll, beforeAll, describe, jest } from "@jest/globals";
import { findControlPlane, NO_CONTROL_PLANE } from "../../cluster/control-plane.js";
import { startApiServerWorld } from "./api-server-world.js";
import { tellStories } from "./stories/index.js";
import type { World } from "./world.js";

const isHere = findControlPlane() !== undefined;
if (!isHere && process.env["CI"] === "true") throw new Error(`CI=true, but there is ${NO_CONTROL_PLANE}`);
if (!isHere) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);

jest.setTimeout(120_000);

(isHere ? describe : describe.skip)("the operator on a real API server, pods as processes:", () => {
  let world: World;
  beforeAll(async () => {
    world = await startApiServerWorld();
  }, 180_000);
  afterAll(() => world?.stop(), 60_000);

  tellStories(() => world);
});
