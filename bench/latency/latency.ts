// From the creation of a job to its verdict on a real node, beside an empty pod and papermill alone in the same image.
// Runs inside the cluster of NBV_TEST_CLUSTER (scripts/run-cluster-tests.sh starts one and calls this):
//   node bench/run.mjs latency [--rounds 5]
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  type KubernetesObject,
  listAll,
  NOTEBOOK_VALIDATION_JOBS,
  objectOf,
  PODS,
  type Resource,
} from "../../src/kube/index.js";
import { nodeCluster, startNodeWorld } from "../../test/e2e/operator/node-world.js";
import { type Row, report } from "../row.js";
import { median } from "../statistics.js";

/** Code cells of the notebook. */
const CELLS = 10;
const GOAL_SECONDS = 5;
const TIMEOUT_MS = 120_000;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const state = await nodeCluster();
if (state === undefined) {
  process.stderr.write("skipped: latency on a real node; NBV_TEST_CLUSTER names no cluster\n");
  process.exit(0);
}

const world = await startNodeWorld(state);
try {
  const notebook = notebookText();
  const repository = await world.git.repository({ "notebooks/ten-cells.ipynb": notebook });
  const namespace = await world.namespace("latency");
  // A pod with a directory of the node is not restricted.
  const open = "pod-security.kubernetes.io/enforce=privileged";
  await world.kubectl(["label", "namespace", namespace, open, "--overwrite"]);
  const packages = await sitePackages();
  const image = world.images.notebook;
  const times: Record<"empty pod" | "papermill" | "job", number[]> = { "empty pod": [], papermill: [], job: [] };
  // The first round only warms caches: the kubelet's, the page cache, the images.
  for (let round = 0; round <= Number(values.rounds); round++) {
    const empty = await timed(PODS, `empty-${round}`, namespace, { spec: podSpec(image, ["true"]) });
    const alone = await papermill(`papermill-${round}`, namespace, image, packages, notebook);
    const job = await timed(NOTEBOOK_VALIDATION_JOBS, `ten-cells-${round}`, namespace, {
      spec: {
        notebook: { git: { url: repository.urls.http, ref: "main" }, path: "notebooks/ten-cells.ipynb" },
        podConfig: { containerImage: image },
      },
    });
    process.stderr.write(`round ${round}: empty pod ${empty}, papermill ${alone}, job ${job} s\n`);
    if (round === 0) continue;
    times["empty pod"].push(empty);
    times.papermill.push(alone);
    times.job.push(job);
  }
  const [ours, empty, alone] = [median(times.job), median(times["empty pod"]), median(times.papermill)];
  const rows: Row[] = [
    {
      measure: `creation to verdict of a ${CELLS}-cell notebook, warm image, real node`,
      ours: `${ours.toFixed(1)} s`,
      peer: `empty pod ${empty.toFixed(1)} s, papermill alone ${alone.toFixed(1)} s`,
      ratio: (ours / (empty + alone)).toFixed(2),
      goal: `≤ ${GOAL_SECONDS} s (Go operator: 5.6–8.6 s)`,
      isMet: ours <= GOAL_SECONDS,
    },
  ];
  report(rows);
} finally {
  await world.stop();
}

/** Seconds from the creation of an object until its phase is `Succeeded`. */
async function timed(resource: Resource, name: string, namespace: string, draft: object): Promise<number> {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), TIMEOUT_MS);
  const { resourceVersion } = await listAll(world.cluster, resource, { namespace });
  const begun = performance.now();
  await world.cluster.create(
    resource,
    objectOf<KubernetesObject>(resource, { ...draft, metadata: { name, namespace } }),
  );
  try {
    const selection = { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion, signal: stop.signal };
    for await (const event of world.cluster.watch(resource, selection)) {
      if (event.type === "Bookmark" || event.type === "Deleted") continue;
      const { phase, message } = (event.object as { status?: { phase?: string; message?: string } }).status ?? {};
      if (phase === "Failed") throw new Error(`${name} failed: ${message}`);
      if (phase === "Succeeded") return Math.round(performance.now() - begun) / 1000;
    }
    throw new Error(`${name} did not end within ${TIMEOUT_MS / 1000} s`);
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}

/** Seconds of papermill's own process on the notebook, in a pod of the image; pod and scheduling aside. */
async function papermill(
  name: string,
  namespace: string,
  image: string,
  packages: string,
  notebook: string,
): Promise<number> {
  const program = [
    "import os, subprocess, sys, time",
    "open('/tmp/in.ipynb', 'w').write(os.environ['NOTEBOOK'])",
    "begun = time.monotonic()",
    "done = subprocess.run([sys.executable, '-m', 'papermill', '/tmp/in.ipynb', '/tmp/out.ipynb', '-k', 'python3'], capture_output=True, text=True)",
    "print(time.monotonic() - begun if done.returncode == 0 else done.stderr)",
    "sys.exit(done.returncode)",
  ].join("\n");
  const spec = podSpec(image, ["python3", "-c", program]);
  const [container] = spec.containers;
  await timed(PODS, name, namespace, {
    spec: {
      ...spec,
      containers: [
        {
          ...container,
          env: [
            ...[
              { name: "NOTEBOOK", value: notebook },
              { name: "HOME", value: "/tmp" },
            ],
            { name: "PYTHONPATH", value: "/packages" },
          ],
          volumeMounts: [{ name: "packages", mountPath: "/packages", readOnly: true }],
        },
      ],
      volumes: [{ name: "packages", hostPath: { path: packages } }],
    },
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of world.cluster.logs({ namespace, name }, { container: "main" })) chunks.push(chunk);
  return Math.round(Number(Buffer.concat(chunks).toString()) * 1000) / 1000;
}

function podSpec(image: string, command: readonly string[]) {
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    containers: [{ name: "main", image, command }],
  };
}

/** Papermill comes from this checkout's virtual environment: the image has no more than a user's image needs. */
async function sitePackages(): Promise<string> {
  const library = resolve(".venv/lib");
  const [python] = await readdir(library);
  return `${library}/${python}/site-packages`;
}

function notebookText(): string {
  const cells = Array.from({ length: CELLS }, (_, cell) => ({
    ...{ cell_type: "code", id: `cell-${cell}`, execution_count: null, metadata: {}, outputs: [] },
    source: cell === 0 ? "total = 0" : `total += ${cell}\nprint(total)`,
  }));
  const kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}
