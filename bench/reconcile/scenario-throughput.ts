import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EVENTS, listAll, PODS } from "../../src/kube/index.js";
import type { Row } from "../row.js";
import { median } from "../statistics.js";
import { type AuditedRequest, countByKind, requestsOf } from "./audit-log.js";
import type { BareLoopOrders } from "./bare-loop.js";
import { NAMESPACES, USERS } from "./bench-cluster.js";
import { createJobs } from "./jobs.js";
import { OperatorProcess } from "./operator-process.js";
import type { Stage } from "./stage.js";

const TIMEOUT_MS = 600_000;
/** What the Go operator does: its client is limited to 20 requests a second, and a job needs 11 (measured for its own issue). */
const GO = { requestsPerJob: 11, jobsPerSecond: 3 };

/** Requests per job, jobs per second and memory, in turns with the bare loop. */
export async function throughput(stage: Stage): Promise<Row[]> {
  const { bench, jobs } = stage;
  const ours: number[] = [];
  const bare: number[] = [];
  const perJob: number[] = [];
  const barePerJob: number[] = [];
  const peaks: number[] = [];
  const cpu: number[] = [];
  let kinds = new Map<string, number>();
  for (let round = 1; round <= stage.rounds; round++) {
    const operator = await startOperator(stage);
    const cpuBefore = operator.cpuSeconds();
    const run = await timed(stage, `round-${round}`);
    cpu.push(((operator.cpuSeconds() - cpuBefore) * 1000) / jobs);
    peaks.push(operator.memory().peak);
    await operator.stop();
    const requests = await requestsOf(bench.auditLog, USERS.operator, run.from, run.until);
    const counted = requests.filter(isAboutJobs);
    kinds = countByKind(counted);
    perJob.push(counted.length / jobs);
    ours.push((jobs * 1000) / (run.until - run.from));
    const loop = await bareLoop(stage, `bare-${round}`);
    const loopRequests = await requestsOf(bench.auditLog, USERS.loop, loop.from, loop.until);
    barePerJob.push(loopRequests.filter(isAboutJobs).length / jobs);
    bare.push((jobs * 1000) / (loop.until - loop.from));
    stage.node.forget();
    log(
      `round ${round}: ${ours.at(-1)?.toFixed(1)} jobs/s, bare loop ${bare.at(-1)?.toFixed(1)} jobs/s, ${perJob.at(-1)?.toFixed(2)} requests/job, CPU ${cpu.at(-1)?.toFixed(1)} ms/job, RSS ${peaks.at(-1)?.toFixed(0)} MiB`,
    );
  }
  for (const [what, count] of kinds) log(`  ${(count / jobs).toFixed(3)} × ${what}`);
  const [requests, rate, loopRate] = [median(perJob), median(ours), median(bare)];
  return [
    {
      measure: `API requests per job, watches apart (${jobs} jobs at once)`,
      ours: requests.toFixed(2),
      peer: `${GO.requestsPerJob} (Go operator); ${median(barePerJob).toFixed(2)} (bare loop)`,
      ratio: (requests / GO.requestsPerJob).toFixed(2),
      goal: "≤ 5",
      isMet: requests <= 5,
    },
    {
      measure: `throughput, ${jobs} jobs at once`,
      ours: `${rate.toFixed(0)} jobs/s`,
      peer: `${GO.jobsPerSecond} jobs/s (Go operator)`,
      ratio: (rate / GO.jobsPerSecond).toFixed(1),
      goal: "≥ 10 ×",
      isMet: rate >= 10 * GO.jobsPerSecond,
    },
    {
      measure: "throughput against a bare loop with the same requests",
      ours: `${rate.toFixed(0)} jobs/s`,
      peer: `${loopRate.toFixed(0)} jobs/s`,
      ratio: median(ours.map((value, round) => value / (bare[round] ?? Number.NaN))).toFixed(2),
      goal: "≥ 0.5 ×",
      isMet: median(ours.map((value, round) => value / (bare[round] ?? Number.NaN))) >= 0.5,
    },
    {
      measure: `memory (RSS, peak), ${jobs} jobs at once`,
      ours: `${median(peaks).toFixed(0)} MiB`,
      peer: "87 MiB (Go operator)",
      ratio: (median(peaks) / 87).toFixed(2),
      goal: "< 150 MiB",
      isMet: median(peaks) < 150,
    },
    { measure: "CPU time of the operator per job", ours: `${median(cpu).toFixed(1)} ms` },
  ];
}

export function startOperator(
  stage: Stage,
  environment: Readonly<Record<string, string>> = {},
  nodeArguments: readonly string[] = [],
): Promise<OperatorProcess> {
  const { bench, directory, profile } = stage;
  return OperatorProcess.start({
    kubeconfig: bench.kubeconfig("operator"),
    directory,
    environment,
    nodeArguments: [...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]), ...nodeArguments],
  });
}

/** Creates the jobs and waits for the last verdict. */
export async function timed(stage: Stage, prefix: string): Promise<{ from: number; until: number }> {
  const from = Date.now();
  await createJobs(stage.author, prefix, stage.jobs, stage.git.url);
  return { from, until: await stage.board.allDone(prefix, stage.jobs, TIMEOUT_MS) };
}

async function bareLoop(stage: Stage, prefix: string): Promise<{ from: number; until: number }> {
  const { bench, author, board, directory, jobs } = stage;
  const [namespace] = NAMESPACES;
  const [pod] = (await listAll(author, PODS, { namespace })).items.filter(({ metadata }) => metadata.labels);
  const [event] = (await listAll(author, EVENTS, { namespace })).items;
  if (pod === undefined || event === undefined || !board.firstStatus || !board.lastStatus) {
    throw new Error("the operator's run left nothing to repeat");
  }
  const { nodeName: _bound, ...spec } = pod.spec ?? { containers: [] };
  const orders: BareLoopOrders = {
    kubeconfig: bench.kubeconfig("loop"),
    ...{ prefix, count: jobs, event, pod: { ...pod, spec }, statuses: [board.firstStatus, board.lastStatus] },
  };
  const file = join(directory, "bare-loop.json");
  await writeFile(file, JSON.stringify(orders));
  const program = new URL("bare-loop.mjs", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  if (child.exitCode !== null) throw new Error("the bare loop did not start");
  const span = await timed(stage, prefix);
  await ended;
  return span;
}

/** Neither a watch nor the leader's Lease. */
export function isAboutJobs({ verb, what }: AuditedRequest): boolean {
  return verb !== "watch" && !what.endsWith(" leases");
}

export function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
