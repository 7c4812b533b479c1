import { createHash } from "node:crypto";
import { canonicalJson, OPERATOR_NAME } from "../../../api/index.js";
import type { BuildObject, BuildPlan } from "../build-strategy.js";
import { fetcherArguments } from "../fetcher-arguments.js";
import {
  buildSteps,
  buildVolumes,
  DEFAULT_BUILD_RESOURCES,
  DEFAULT_SCRATCH_SPACE,
  STEP_TEMPLATE,
  type Step,
} from "../tekton/build-steps.js";
import { BUILD_PARAMS } from "../tekton/pipeline-contract.js";
import { EXPORT_SCRIPT } from "../tekton/step-scripts.js";

/** Parameter with the place of the Git credentials; empty = none. */
export const GIT_CREDENTIALS_PATH = "git-credentials-path";
/** Volumes that a run puts its Secrets in; empty otherwise. */
export const SECRET_VOLUMES = ["git-credentials", "pull-credentials"] as const;
/** The step that a job's resources are for. */
export const BUILD_STEP = "build";

/** Parameters that Shipwright itself knows better: it pushes, and tells the image. */
const PUSH_PARAMS = new Set(["image"]);

/** Parameters of our Shipwright strategy: those of our Tekton Pipeline, without those of the push. */
export const SHIPWRIGHT_PARAMS = [
  ...BUILD_PARAMS.filter(({ name }) => !PUSH_PARAMS.has(name)),
  {
    name: GIT_CREDENTIALS_PATH,
    type: "string" as const,
    description: "Directory of the volume with the Git credentials; empty = none.",
    default: "",
  },
];

/**
 * The namespace's BuildStrategy with our own steps, the same as for Tekton: those that come with Shipwright are
 * privileged, and take no generated Dockerfile. Its name tells its content, so that it is made once and never changed.
 */
export function ownShipwrightStrategy(plan: BuildPlan): BuildObject {
  const spec = strategySpec(plan);
  const hash = createHash("sha256").update(canonicalJson(spec)).digest("hex").slice(0, 10);
  return {
    apiVersion: "shipwright.io/v1beta1",
    kind: "BuildStrategy",
    metadata: {
      name: `nbv-image-${hash}`,
      namespace: plan.namespace,
      labels: {
        "app.kubernetes.io/name": "notebook-environment",
        "app.kubernetes.io/component": "build-strategy",
        "app.kubernetes.io/part-of": "notebook-validator",
        "app.kubernetes.io/managed-by": OPERATOR_NAME,
      },
    },
    spec,
  };
}

function strategySpec(plan: BuildPlan): object {
  const { settings } = plan;
  const steps = buildSteps({
    fetcherImage: settings.fetcherImage,
    fetcherCommand: settings.fetcherCommand,
    fetcherArguments: fetcherArguments(settings),
    builderImage: settings.builderImage,
    storageDriver: settings.storageDriver,
    resources: DEFAULT_BUILD_RESOURCES,
    environment: settings.environment,
    trust: { knownHosts: settings.knownHosts, caBundle: settings.caBundle },
    ...(settings.plainHttpRegistry !== undefined && { plainHttpRegistry: settings.plainHttpRegistry }),
  });
  return {
    parameters: SHIPWRIGHT_PARAMS.map(({ name, type, description, default: value }) => ({
      name,
      type,
      description,
      ...(value !== undefined && (type === "array" ? { defaults: value } : { default: value })),
    })),
    steps: steps.map((step) => shipwrightStep(step.name === "push" ? exportOf(step) : step)),
    // For the step by which Shipwright pushes: it reads what root wrote.
    securityContext: { runAsUser: 0, runAsGroup: 0 },
    volumes: [
      ...buildVolumes(plan.pod.storage ?? DEFAULT_SCRATCH_SPACE),
      ...SECRET_VOLUMES.map((name) => ({ name, overridable: true, emptyDir: {} })),
    ],
  };
}

function exportOf({ workspaces: _credentials, ...push }: Step): Step {
  return {
    ...push,
    name: "export",
    env: [
      ...push.env.filter(({ name }) => name === "BUILDAH_ISOLATION" || name === "STORAGE_DRIVER"),
      { name: "OUTPUT_DIRECTORY", value: "$(params.shp-output-directory)" },
    ],
    script: EXPORT_SCRIPT,
  };
}

/** Shipwright knows neither scripts nor workspaces nor a step template. */
function shipwrightStep(step: Step): object {
  const { script, command, args = [], workspaces = [], computeResources, volumeMounts = [], env, ...rest } = step;
  return {
    ...rest,
    ...(script === undefined ? { command } : { command: ["/bin/sh", "-c", withoutShebang(script), step.name] }),
    args: args.map((argument) =>
      argument.startsWith("--credentials=") ? `--credentials=$(params.${GIT_CREDENTIALS_PATH})` : argument,
    ),
    env: [...STEP_TEMPLATE.env, ...env],
    ...(computeResources !== undefined && { resources: computeResources }),
    volumeMounts: [...volumeMounts, ...workspaces.map((workspace) => ({ ...workspace, readOnly: true }))],
  };
}

function withoutShebang(script: string): string {
  return script.replace(/^#!.*\n/, "");
}
