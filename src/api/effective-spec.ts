import type { OperatorConfig } from "./operator-config.js";
import { parseDuration } from "./schema/duration.js";
import { BuildConfig, type BuildStrategyName } from "./v1alpha1/build.js";
import type { GitSource, GoldenNotebook, NotebookSource } from "./v1alpha1/notebook-source.js";
import type { Resources } from "./v1alpha1/resources.js";
import type { NotebookValidationJobSpec } from "./v1alpha1/spec.js";
import type { Level } from "./v1alpha1/validation.js";

/** How an image is built, with every decision taken. */
export type EffectiveBuild = BuildConfig & {
  readonly autoGenerateRequirements: boolean;
  readonly allowUnpinned: boolean;
};

/** A spec with every decision taken: aliases resolved, operator defaults filled in, durations in milliseconds. */
export interface EffectiveSpec {
  readonly notebook: NotebookSource;
  /** The golden notebook with its repository: its own, or the notebook's. */
  readonly goldenNotebook?: GoldenNotebook & { readonly git: GitSource };
  /** Present when an image is to be built; its Dockerfile is `dockerfilePath`, never the alias. */
  readonly build?: EffectiveBuild;
  /** Image to run when nothing is built. */
  readonly containerImage: string;
  /** True when the job itself named {@link containerImage}. */
  readonly ownImage: boolean;
  readonly serviceAccountName: string;
  readonly resources: Resources;
  /** Level in effect: production under strictMode. */
  readonly level: Level;
  readonly timeouts: {
    /** From the notebook container's start, in ms. */
    readonly validationMs: number;
    /** From the build's start, in ms. */
    readonly buildMs: number;
    /** For models that are not ready, in ms. */
    readonly modelsMs: number;
    /** For the whole run, in ms. */
    readonly totalMs?: number;
    /** For one cell, in ms. */
    readonly cellMs?: number;
  };
  readonly comparison: {
    readonly strategy: "exact" | "normalized";
    readonly absoluteTolerance: number;
    readonly relativeTolerance: number;
    readonly ignoreTimestamps: boolean;
    readonly ignoreExecutionCount: boolean;
    readonly images: "ignore" | "perceptual" | "exact";
  };
  readonly feedback: { readonly enabled: boolean; readonly bestPractices: boolean; readonly examples: boolean };
  readonly retry: {
    readonly enabled: boolean;
    readonly jitter: boolean;
    readonly onSpecChange: boolean;
    readonly whenResolved: boolean;
  };
  readonly recovery: {
    readonly smart: boolean;
    readonly buildFallback: boolean;
    readonly maxAttempts: number;
    readonly disabledActions: readonly string[];
  };
  /** 0–100. */
  readonly priority: number;
  readonly storeOutputs: boolean;
  readonly suspend: boolean;
}

/** Applies aliases and the operator's defaults, once and in one place. */
export function effectiveSpec(spec: NotebookValidationJobSpec, config: OperatorConfig): EffectiveSpec {
  const { podConfig, validationConfig, comparisonConfig, retryPolicy, recoveryConfig, goldenNotebook } = spec;
  const level = effectiveLevel(spec);
  const educational = validationConfig?.educationalMode ?? level === "learning";
  return {
    notebook: spec.notebook,
    ...(goldenNotebook === undefined
      ? {}
      : { goldenNotebook: { ...goldenNotebook, git: goldenNotebook.git ?? spec.notebook.git } }),
    ...(podConfig?.buildConfig?.enabled === true && { build: effectiveBuild(podConfig.buildConfig, level, config) }),
    containerImage: podConfig?.containerImage ?? config.defaultImages.notebook,
    ownImage: podConfig?.containerImage !== undefined,
    serviceAccountName: podConfig?.serviceAccountName ?? "default",
    resources: podConfig?.resources ?? config.defaultResources,
    level,
    timeouts: effectiveTimeouts(spec, config),
    comparison: {
      strategy: comparisonConfig?.strategy ?? "normalized",
      absoluteTolerance: Number(comparisonConfig?.floatingPointTolerance ?? 0.0001),
      relativeTolerance: Number(comparisonConfig?.relativeTolerance ?? 0),
      ignoreTimestamps: comparisonConfig?.ignoreTimestamps ?? true,
      ignoreExecutionCount: comparisonConfig?.ignoreExecutionCount ?? true,
      images: comparisonConfig?.images ?? "ignore",
    },
    feedback: {
      // Who asks for more of it asks for it.
      enabled:
        validationConfig?.educationalMode ??
        (educational || validationConfig?.suggestBestPractices === true || validationConfig?.provideExamples === true),
      bestPractices: validationConfig?.suggestBestPractices ?? educational,
      examples: validationConfig?.provideExamples ?? educational,
    },
    retry: {
      enabled: retryPolicy?.enabled ?? true,
      jitter: retryPolicy?.jitter ?? config.retry.jitter,
      onSpecChange: retryPolicy?.retryOnSpecChange ?? true,
      whenResolved: retryPolicy?.retryWhenResolved ?? true,
    },
    recovery: {
      smart: recoveryConfig?.enableSmartRecovery ?? true,
      buildFallback: recoveryConfig?.enableBuildFallback ?? true,
      maxAttempts: recoveryConfig?.maxRecoveryAttempts ?? 3,
      disabledActions: recoveryConfig?.disabledRecoveryActions ?? [],
    },
    priority: spec.priority ?? 50,
    storeOutputs: spec.artifacts?.storeOutputs ?? true,
    suspend: spec.suspend,
  };
}

/** How a job's image would be built, also where the job wants none: `enabled` is true. */
export function buildIfEnabled(spec: NotebookValidationJobSpec, config: OperatorConfig): EffectiveBuild {
  const build = BuildConfig.parse({ ...spec.podConfig?.buildConfig, enabled: true });
  return effectiveBuild(build, effectiveLevel(spec), config);
}

function effectiveLevel({ validationConfig }: NotebookValidationJobSpec): Level {
  return validationConfig?.strictMode === true ? "production" : (validationConfig?.level ?? "development");
}

function effectiveBuild(build: BuildConfig, level: Level, config: OperatorConfig): EffectiveBuild {
  const { dockerfile, timeout: _resolvedInTimeouts, ...rest } = build;
  const dockerfilePath = build.dockerfilePath ?? dockerfile;
  const strategy = build.strategy ?? config.build.strategy;
  return {
    ...rest,
    ...(dockerfilePath === undefined ? {} : { dockerfilePath }),
    ...(strategy === undefined ? {} : { strategy: effectiveStrategy(strategy, build.strategyConfig ?? {}) }),
    baseImage: build.baseImage ?? config.defaultImages.base,
    autoGenerateRequirements: build.autoGenerateRequirements ?? config.build.autoGenerateRequirements,
    allowUnpinned: build.allowUnpinned ?? level !== "production",
  };
}

/** kaniko is archived; a custom build by a Shipwright strategy is one by Shipwright. */
function effectiveStrategy(
  strategy: BuildStrategyName,
  { shipwrightStrategy }: Readonly<Record<string, string>>,
): BuildStrategyName {
  if (strategy === "kaniko") return "tekton";
  return strategy === "custom" && shipwrightStrategy !== undefined ? "shipwright" : strategy;
}

function effectiveTimeouts(spec: NotebookValidationJobSpec, config: OperatorConfig): EffectiveSpec["timeouts"] {
  return {
    validationMs: parseDuration(spec.validationTimeout ?? spec.timeout ?? config.timeouts.validation),
    buildMs: parseDuration(spec.buildTimeout ?? spec.podConfig?.buildConfig?.timeout ?? config.timeouts.build),
    modelsMs: parseDuration(spec.modelValidation?.timeout ?? config.timeouts.models),
    ...(spec.totalTimeout === undefined ? {} : { totalMs: parseDuration(spec.totalTimeout) }),
    ...(spec.cellTimeout === undefined ? {} : { cellMs: parseDuration(spec.cellTimeout) }),
  };
}
