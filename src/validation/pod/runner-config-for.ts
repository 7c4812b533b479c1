import type { ComparisonConfig, JsonValue, ValidationConfig } from "../../api/index.js";
import { checkPolicy, effectiveLevel } from "../checks/check-policy.js";
import { comparisonSettings } from "../comparison-settings.js";
import { expectations } from "../expectations.js";
import type { RunnerConfig } from "../runner-config.js";

/** What the runner's configuration is made of. */
export interface RunnerConfigRequest {
  readonly job: { readonly name: string; readonly namespace: string };
  readonly runId: string;
  /** 1 for the first attempt of the run. */
  readonly attempt: number;
  /** Full commit SHA, or a text that names a local tree. */
  readonly commit: string;
  /** Of the notebook's container. */
  readonly image?: string | undefined;
  /** `spec.notebook`. */
  readonly notebook: {
    readonly path: string;
    readonly parameters?: Readonly<Record<string, JsonValue>> | undefined;
    readonly kernel?: string | undefined;
    readonly workingDirectory?: string | undefined;
  };
  /** Milliseconds, from the first cell. */
  readonly validationTimeoutMs: number;
  readonly cellTimeoutMs?: number | undefined;
  /** From the start of the runner to the first cell. */
  readonly kernelStartTimeoutMs: number;
  /** `spec.validationConfig`. */
  readonly validationConfig?: ValidationConfig | undefined;
  /** `spec.goldenNotebook`. */
  readonly golden?: { readonly path: string; readonly isSameSource: boolean } | undefined;
  /** `spec.comparisonConfig`. */
  readonly comparisonConfig?: ComparisonConfig | undefined;
  /** Whether cell outputs may appear in events. */
  readonly storeOutputs: boolean;
  /** From {@link secretVariables}. */
  readonly secretEnv: readonly string[];
}

/** What the runner of one attempt is told. Holds no secret values and no absolute paths. */
export function runnerConfig(request: RunnerConfigRequest): RunnerConfig {
  const { job, runId, attempt, notebook, cellTimeoutMs } = request;
  return {
    version: "nbv.config.v1",
    attempt: { job: job.name, namespace: job.namespace, runId, number: attempt },
    commit: request.commit,
    ...(request.image !== undefined && { image: request.image }),
    notebook: {
      path: notebook.path,
      ...(notebook.parameters !== undefined && { parameters: { ...notebook.parameters } }),
      ...(notebook.kernel !== undefined && { kernel: notebook.kernel }),
      ...(notebook.workingDirectory !== undefined && { workingDirectory: notebook.workingDirectory }),
    },
    timeouts: {
      notebookSeconds: request.validationTimeoutMs / 1000,
      ...(cellTimeoutMs !== undefined && { cellSeconds: cellTimeoutMs / 1000 }),
      kernelStartSeconds: request.kernelStartTimeoutMs / 1000,
    },
    level: effectiveLevel(request.validationConfig),
    policy: checkPolicy(request.validationConfig),
    storeOutputs: request.storeOutputs,
    secretEnv: [...request.secretEnv],
    ...expectations(request.validationConfig),
    ...(request.golden && {
      golden: {
        path: request.golden.path,
        isSameSource: request.golden.isSameSource,
        comparison: comparisonSettings(request.comparisonConfig),
      },
    }),
  };
}
