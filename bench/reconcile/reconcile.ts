// What the operator costs on a real API server: requests per job, throughput, latency, memory, idle writes.
//   node bench/run.mjs reconcile [--jobs 500] [--rounds 3] [--finished 4500] [--only throughput,latency,memory,idle] [--profile DIR]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Row, report } from "../row.js";
import { startBenchCluster } from "./bench-cluster.js";
import { startGitDaemon } from "./git-daemon.js";
import { JobBoard } from "./job-board.js";
import { idle } from "./scenario-idle.js";
import { latency } from "./scenario-latency.js";
import { memory } from "./scenario-memory.js";
import { throughput } from "./scenario-throughput.js";
import { SimulatedNode } from "./simulated-node.js";
import type { Stage } from "./stage.js";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    finished: { type: "string", default: "4500" },
    only: { type: "string", default: "throughput,latency,idle,memory" },
    profile: { type: "string" },
  },
});
const wanted = values.only.split(",");
// So that whatever was started is ended, as at the regular end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const directory = await mkdtemp(join(tmpdir(), "nbv-bench-run-"));
const bench = await startBenchCluster();
const git = await startGitDaemon();
const node = await SimulatedNode.start(bench.connect("node"), join(bench.plane.directory, "pki"));
const board = new JobBoard(bench.connect("author"));
await board.start();
const stage: Stage = {
  bench,
  git,
  node,
  board,
  directory,
  author: bench.connect("author"),
  jobs: Number(values.jobs),
  rounds: Number(values.rounds),
  finished: Number(values.finished),
  profile: values.profile,
};
const rows: Row[] = [];
try {
  if (wanted.includes("throughput")) rows.push(...(await throughput(stage)));
  if (wanted.includes("latency")) rows.push(...(await latency(stage)));
  if (wanted.includes("idle")) rows.push(...(await idle(stage)));
  if (wanted.includes("memory")) rows.push(...(await memory(stage)));
} finally {
  await board.stop();
  await node.stop();
  await git.stop();
  await bench.stop();
  await rm(directory, { recursive: true, force: true });
}
report(rows);
