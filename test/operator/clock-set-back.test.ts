import { afterEach, expect, test } from "@jest/globals";
import { SourceError } from "../../src/operator/source-resolver.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";
import { COMMIT, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";

const HOUR = 3_600_000;
let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
});

test.each([HOUR, 30 * 24 * HOUR])("a clock that is set back by %d ms puts no retry off", async (backMs) => {
  let isAway = true;
  world = new TestCluster({
    resolve: () =>
      isAway ? Promise.reject(new SourceError("GitNetwork", "connection reset")) : Promise.resolve({ commit: COMMIT }),
  });
  const clock = new SteppingClock(world.clock);
  await world.startOperator({ clock });
  const retryPolicy = { jitter: false, backoffPolicy: "fixed", backoffBaseSeconds: 30 };
  await world.submit(aJob().with({ retryPolicy }).draft());
  expect((await world.status()).nextRetryTime).toBeDefined();
  isAway = false;
  clock.stepMs = -backMs;
  await world.pass(2 * 60_000);
  expect(await world.pods()).toHaveLength(1);
});
