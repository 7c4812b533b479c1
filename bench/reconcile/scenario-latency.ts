import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/index.js";
import type { Row } from "../row.js";
import { quantile } from "../statistics.js";
import { benchJob } from "./jobs.js";
import { log, startOperator, timed } from "./scenario-throughput.js";
import type { Stage } from "./stage.js";

/** One job each so many milliseconds: far below what the operator can take, so that no queue is measured. */
const EVERY_MS = 250;
const JOBS = 120;
const GOAL_MS = 50;

/** What {@link file://./probe.mjs} saw; milliseconds. */
type OwnTimes = Readonly<Record<"log" | "verdict" | "pod" | "event", number[]>>;

/** Own time from what the operator is told to the request that it causes: under a steady load, and when all comes at once. */
export async function latency(stage: Stage): Promise<Row[]> {
  const steady = await observed(stage, "steady", async (prefix) => {
    for (let index = 0; index < JOBS; index++) {
      await stage.author.create(NOTEBOOK_VALIDATION_JOBS, benchJob(`${prefix}-${index}`, index, stage.git.url));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    await stage.board.allDone(prefix, JOBS, 120_000);
  });
  const burst = await observed(stage, "burst", async (prefix) => void (await timed(stage, prefix)));
  const p99 = quantile(Object.values(steady).flat(), 0.99);
  return [
    {
      measure: `event to effect, own time, ${1000 / EVERY_MS} jobs/s`,
      ours: `p50 ${quantile(Object.values(steady).flat(), 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      goal: `p99 < ${GOAL_MS} ms`,
      isMet: p99 < GOAL_MS,
    },
    {
      measure: `event to effect, own queue included, ${stage.jobs} jobs at once`,
      ours: `p50 ${quantile(Object.values(burst).flat(), 0.5).toFixed(0)} ms, p99 ${quantile(Object.values(burst).flat(), 0.99).toFixed(0)} ms`,
    },
  ];
}

async function observed(stage: Stage, prefix: string, load: (prefix: string) => Promise<void>): Promise<OwnTimes> {
  const file = join(stage.directory, `${prefix}.json`);
  const probe = pathToFileURL("bench/reconcile/probe.mjs").href;
  const operator = await startOperator(stage, { NBV_PROBE_FILE: file }, ["--import", probe]);
  await load(prefix);
  await operator.stop();
  stage.node.forget();
  const own = JSON.parse(await readFile(file, "utf8")) as OwnTimes;
  for (const [kind, times] of Object.entries(own)) {
    log(
      `  ${prefix} ${kind}: ${times.length} seen, p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`,
    );
  }
  return own;
}
