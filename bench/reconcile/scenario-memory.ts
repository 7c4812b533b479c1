import { listAll, NOTEBOOK_VALIDATION_JOBS, objectOf, PODS } from "../../src/kube/index.js";
import type { Row } from "../row.js";
import { NAMESPACES } from "./bench-cluster.js";
import { benchJob, inParallel } from "./jobs.js";
import { log, startOperator, timed } from "./scenario-throughput.js";
import type { Stage } from "./stage.js";

const GOAL_MIB = 256;

/** Memory with thousands of finished jobs around, whose pods are still kept, while others run. */
export async function memory(stage: Stage): Promise<Row[]> {
  const { board } = stage;
  if (board.lastStatus === undefined) {
    const operator = await startOperator(stage);
    await timed(stage, "model");
    await operator.stop();
  }
  await fill(stage, stage.finished);
  const operator = await startOperator(stage);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const idle = operator.memory();
  await timed(stage, "among-many");
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const { now, peak } = operator.memory();
  await operator.stop();
  const jobs = (await listAll(stage.author, NOTEBOOK_VALIDATION_JOBS, {})).items.length;
  log(
    `  ${jobs} jobs: ${idle.now.toFixed(0)} MiB after the start, ${peak.toFixed(0)} MiB at most, ${now.toFixed(0)} MiB after`,
  );
  return [
    {
      measure: `memory (RSS, peak), ${jobs} jobs with their pods, ${stage.jobs} of them running`,
      ours: `${peak.toFixed(0)} MiB (at rest ${now.toFixed(0)})`,
      goal: `< ${GOAL_MIB} MiB`,
      isMet: peak < GOAL_MIB,
    },
  ];
}

/** Copies of a finished job and of its pod. */
async function fill({ author, board, git }: Stage, count: number): Promise<void> {
  const [namespace] = NAMESPACES;
  const pods = (await listAll(author, PODS, { namespace })).items;
  const model = pods.find(({ status }) => status?.phase === "Succeeded");
  if (model?.spec === undefined) throw new Error("no finished pod to copy");
  const { spec, status, metadata } = model;
  await inParallel(count, 32, async (index) => {
    const draft = benchJob(`old-${index}`, index, git.url);
    const job = await author.create(NOTEBOOK_VALIDATION_JOBS, draft);
    const { namespace: home = "", name, uid = "" } = job.metadata;
    const key = { namespace: home, name };
    await author.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, {
      status: { ...board.lastStatus, observedGeneration: 1, validationPodName: `${name}-val` },
    });
    const owner = { ...metadata.ownerReferences?.[0], name, uid };
    const pod = objectOf(PODS, {
      metadata: { name: `${name}-val`, namespace: home, labels: metadata.labels, ownerReferences: [owner] },
      ...{ spec },
    });
    await author.create(PODS, pod);
    await author.patchStatus(PODS, { namespace: home, name: `${name}-val` }, { status });
  });
}
