// Objects that the Go operator left behind carry its CRD's defaults, which nobody chose.
import { specHash } from "./spec-hash.js";
import type { NotebookValidationJob } from "./v1alpha1/job.js";
import type { NotebookValidationJobSpec } from "./v1alpha1/spec.js";

/** Reason of `SpecValid=True` on an adopted job; as long as it stands and the spec is the same, adoption holds. */
export const REASON_ADOPTED = "AdoptedFromGoOperator";

/** What of a job's spec counts after an older operator has written it. */
export interface Adoption {
  readonly adopted: boolean;
  /** The spec to work with: without the values that only say what the Go operator's CRD filled in. */
  readonly spec: NotebookValidationJobSpec;
  /** Fields whose values count as unset, such as `spec.modelValidation.platform`. */
  readonly unset: readonly string[];
  /** For the message of `SpecValid`; absent when nothing was dropped. */
  readonly warning?: string;
}

/**
 * The Go operator's materialized defaults. Source: `default:` markers of its published CRD
 * (jupyter-notebook-validator-operator, api/v1alpha1/notebookvalidationjob_types.go) and its defaulting webhook.
 */
const GO_DEFAULTS: readonly (readonly [path: string, value: unknown])[] = [
  ["timeout", "30m"],
  ["podConfig.serviceAccountName", "default"],
  ["podConfig.buildConfig.strategy", "s2i"],
  ["podConfig.buildConfig.baseImage", "quay.io/jupyter/minimal-notebook:latest"],
  ["podConfig.buildConfig.autoGenerateRequirements", true],
  ["podConfig.buildConfig.fallbackStrategy", "warn"],
  ["podConfig.buildConfig.timeout", "15m"],
  ["comparisonConfig.strategy", "normalized"],
  ["comparisonConfig.floatingPointTolerance", "0.0001"],
  ["comparisonConfig.ignoreTimestamps", true],
  ["comparisonConfig.ignoreExecutionCount", true],
  ["modelValidation.platform", "kserve"],
  ["modelValidation.phase", "both"],
  ["modelValidation.timeout", "5m"],
  ["modelValidation.predictionValidation.tolerance", "0.01"],
  ["validationConfig.level", "development"],
  ["validationConfig.strictMode", false],
  ["validationConfig.requireExplicitExitCodes", false],
  ["validationConfig.failOnStderr", false],
  ["validationConfig.failOnWarnings", false],
  ["validationConfig.checkOutputTypes", false],
  ["validationConfig.verifyAssertions", false],
  ["validationConfig.detectSilentFailures", true],
];

/**
 * Adopts an object whose status the Go operator wrote (a phase, but neither `specHash` nor `observedGeneration`):
 * values equal to its defaults count as unset until the spec changes. Pure; the job itself is not changed.
 */
export function adoptGoObject(job: NotebookValidationJob): Adoption {
  if (!isAdopted(job)) return { adopted: false, spec: job.spec, unset: [] };
  let spec: object = job.spec;
  const unset: string[] = [];
  for (const [path, value] of GO_DEFAULTS) {
    const without = dropEqual(spec, path.split("."), value);
    if (without === spec) continue;
    spec = without;
    unset.push(`spec.${path}`);
  }
  if (unset.length === 0) return { adopted: true, spec: job.spec, unset };
  return {
    adopted: true,
    spec: spec as NotebookValidationJobSpec,
    unset,
    warning: `written by the Go operator: its default values count as unset until the spec changes (${unset.join(", ")})`,
  };
}

function isAdopted({ spec, status }: NotebookValidationJob): boolean {
  if (status?.phase === undefined) return false;
  if (status.specHash === undefined && status.observedGeneration === undefined) return true;
  const valid = status.conditions?.find((condition) => condition.type === "SpecValid");
  return valid?.reason === REASON_ADOPTED && status.specHash === specHash(spec);
}

/** `tree` without the field at `path` if it has this value; the same object when it has not. */
function dropEqual(tree: object, path: readonly string[], value: unknown): object {
  const [step, ...rest] = path;
  if (step === undefined || !Object.hasOwn(tree, step)) return tree;
  const { [step]: entry, ...others } = tree as Record<string, unknown>;
  if (rest.length === 0) return entry === value ? others : tree;
  if (typeof entry !== "object" || entry === null) return tree;
  const changed = dropEqual(entry, rest, value);
  return changed === entry ? tree : { ...tree, [step]: changed };
}
