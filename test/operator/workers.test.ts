import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { OperatorMetrics } from "../../src/operator/operator-metrics.js";
import { WorkQueue } from "../../src/operator/work-queue.js";
import { Workers } from "../../src/operator/workers.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";

test.each([-3_600_000, 3_600_000])(
  "a reconcile takes as long as it takes, though the clock steps by %d ms",
  async (stepMs) => {
    const time = new ManualClock();
    const clock = new SteppingClock(time);
    const queue = new WorkQueue({ clock, random: () => 0.5 });
    const workers = new Workers({
      ...{ queue, clock, metrics: new OperatorMetrics(), logger: pino({ level: "silent" }) },
      reconcile: () => new Promise(() => undefined),
      priorityOf: () => 50,
      onDone: () => undefined,
    });
    workers.start(1);
    queue.add("team-a/first");
    await time.advance(5_000);
    clock.stepMs = stepMs;
    expect(workers.longestMs).toBe(5_000);
    queue.close();
  },
);
