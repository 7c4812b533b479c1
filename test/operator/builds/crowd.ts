import { expect } from "@jest/globals";
import type { Cluster } from "../../../src/kube/cluster.js";
import {
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  PODS,
  type Pod,
} from "../../../src/kube/resources.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import { aJob } from "../kit/a-job.js";
import type { Files } from "../kit/fake-outside.js";
import { type FakeTekton, imageBuiltBy } from "../kit/fake-tekton.js";

export const JOBS = 200;
export const ENVIRONMENTS = 20;
export const BUILDS_AT_A_TIME = 5;
const NAMESPACE = "team-a";

/** Configuration of an operator that may run all of them. */
export const CROWD_CONFIG = {
  registry: { host: "registry.example.com" },
  concurrency: { builds: BUILDS_AT_A_TIME, validations: JOBS, validationsPerNamespace: JOBS },
};

/** What the repository holds: an environment per directory. */
export const CROWD_FILES: Files = Object.fromEntries(
  Array.from({ length: ENVIRONMENTS }, (_, n) => [`env-${n}/requirements.txt`, `pandas==2.2.3\nnumpy==2.0.${n}\n`]),
);

/** Rounds in which the operator is killed: while environments are read, while builds start, while they end. */
const KILLS = [1, 7, 15];
const MAX_ROUNDS = 120;

/** The world in which a crowd is served. */
export interface CrowdWorld {
  readonly cluster: Cluster;
  readonly tekton: FakeTekton;
  /** Kills the operator in the middle of what it does, and starts the next one. */
  restart(): Promise<void>;
  /** A second passes, or about that. */
  pass(): Promise<void>;
  /** Lets the pod's notebook pass. */
  run(pod: Pod): Promise<void>;
}

/** Two hundred jobs of twenty environments are made at once; the operator is killed three times until all have passed. */
export async function tellOfCrowd(world: CrowdWorld): Promise<void> {
  const { cluster, tekton } = world;
  for (let n = 0; n < JOBS; n += 1) await cluster.create(NOTEBOOK_VALIDATION_JOBS, jobOf(n));
  const builds = new Set<string>();
  const images = new Map<number, Set<string>>();
  for (let round = 0; round < MAX_ROUNDS && !(await isOver(cluster)); round += 1) {
    if (round === 0 || KILLS.includes(round)) await world.restart();
    await world.pass();
    const live = await tekton.live();
    expect(live.length).toBeLessThanOrEqual(BUILDS_AT_A_TIME);
    const runs = await tekton.runs();
    for (const { metadata } of runs) builds.add(metadata.uid ?? "");
    const open = new Set(live.map(({ metadata }) => metadata.name));
    const complete = new Set(runs.filter(({ metadata }) => !open.has(metadata.name)).map(imageBuiltBy));
    for (const pod of (await cluster.list(PODS)).items) {
      const image = pod.spec?.containers[0]?.image ?? "";
      // No pod is made before its image is complete.
      expect(complete).toContain(image);
      const environment = environmentOf(pod.metadata.ownerReferences?.[0]?.name ?? "");
      images.set(environment, (images.get(environment) ?? new Set()).add(image));
      if (pod.status?.phase !== "Succeeded") await world.run(pod);
    }
    await tekton.work();
  }
  expect(await unfinished(cluster)).toEqual([]);
  expect(builds.size).toBe(ENVIRONMENTS);
  // Every job ran on the image of its own environment.
  const sizes = [...images.values()].map(({ size }) => size);
  expect(sizes).toEqual(Array.from({ length: ENVIRONMENTS }, () => 1));
  expect(new Set([...images.values()].flatMap((each) => [...each])).size).toBe(ENVIRONMENTS);
}

function jobOf(n: number): NotebookValidationJobObject {
  const git = { url: "https://git.example.com/team/notebooks.git", ref: "main" };
  return aJob()
    .named(`job-${n}`, NAMESPACE)
    .with({
      notebook: { git, path: `env-${n % ENVIRONMENTS}/notebook-${n}.ipynb` },
      podConfig: { buildConfig: { enabled: true } },
    })
    .draft();
}

function environmentOf(job: string): number {
  return Number(job.split("-")[1]) % ENVIRONMENTS;
}

async function isOver(cluster: Cluster): Promise<boolean> {
  return (await unfinished(cluster)).length === 0;
}

async function unfinished(cluster: Cluster): Promise<string[]> {
  const { items } = await cluster.list(NOTEBOOK_VALIDATION_JOBS);
  return items.flatMap(({ metadata, status }) => {
    const { phase, reason, message } = (status ?? {}) as JobStatus;
    return phase === "Succeeded" ? [] : [`${metadata.name}: ${phase}, ${reason}, ${message}`];
  });
}
