import type { BuildFailureName } from "../../../../recovery/recorded/build-failures.js";
import { REGISTRY } from "../../node-world.js";

const IMAGE = `${REGISTRY}/kernel:3`;
const HOARD = "hoard = [bytearray(b'x' * 10_000_000) for _ in range(40)]";

/** A step `build`, as our own builds have one. */
function aStep(step: object = {}): object {
  return {
    name: "build",
    image: IMAGE,
    command: ["true"],
    computeResources: { requests: { cpu: "1m", memory: "16Mi" } },
    ...step,
  };
}

/** A run of one task `image`, as our own builds are. */
function aRun({ step = {}, task = {}, use = {}, ...spec }: RunRecipe): object {
  const taskSpec = { steps: [aStep(step)], ...task };
  return { pipelineSpec: { tasks: [{ name: "image", taskSpec, ...use }] }, ...spec };
}

interface RunRecipe {
  readonly step?: object;
  readonly task?: object;
  /** Of the task in its pipeline. */
  readonly use?: object;
  readonly [field: string]: unknown;
}

const SLEEP = { command: ["sleep", "600"] };

/** How each failure is made, but for what is done to it from outside: `refused-…` in a namespace that takes no such pods. */
const RECIPES: Readonly<Record<BuildFailureName, object>> = {
  "image-missing": aRun({ step: { image: `${REGISTRY}/missing:1` } }),
  "image-unreadable": aRun({ step: { image: "Registry/UPPER:case", command: ["true"] } }),
  "secret-missing": aRun({
    step: { env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "nowhere", key: "key" } } }] },
  }),
  "step-failed": aRun({ step: { command: ["sh", "-c", "exit 3"] } }),
  "out-of-memory": aRun({
    step: {
      command: ["python3", "-c", HOARD],
      computeResources: { requests: { cpu: "1m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    },
  }),
  "run-timed-out": aRun({ step: SLEEP, timeouts: { pipeline: "12s" } }),
  "task-timed-out": aRun({ step: SLEEP, use: { timeout: "12s" } }),
  cancelled: aRun({ step: SLEEP }),
  "quota-exceeded": aRun({}),
  "pod-security": aRun({}),
  "pipeline-missing": { pipelineRef: { name: "nowhere" } },
  "task-missing": { pipelineSpec: { tasks: [{ name: "image", taskRef: { name: "nowhere" } }] } },
  "parameter-missing": aRun({ task: { params: [{ name: "image", type: "string" }] } }),
  "parameter-of-another-type": {
    pipelineSpec: {
      params: [{ name: "image", type: "string" }],
      tasks: [{ name: "image", taskSpec: { steps: [aStep()] } }],
    },
    params: [{ name: "image", value: ["not", "text"] }],
  },
  "workspace-missing": {
    pipelineSpec: {
      workspaces: [{ name: "source" }],
      tasks: [
        {
          name: "image",
          workspaces: [{ name: "source" }],
          taskSpec: { workspaces: [{ name: "source" }], steps: [aStep()] },
        },
      ],
    },
  },
};

/** The PipelineRun of one failure. */
export function failingRun(name: BuildFailureName): object {
  return { apiVersion: "tekton.dev/v1", kind: "PipelineRun", metadata: { name }, spec: RECIPES[name] };
}
