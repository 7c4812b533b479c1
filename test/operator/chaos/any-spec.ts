import { aJob } from "../kit/a-job.js";
import type { Dice } from "./dice.js";

/** Specs that users write: mostly fit to be carried out, some of them not. */
export function anySpec(dice: Dice): unknown {
  if (dice.chance(2))
    return dice.of(undefined, null, 7, "spec", [], {}, { notebook: {} }, { notebook: { path: "../x" } });
  const spec = {
    notebook: {
      git: {
        url: "https://git.example.com/team/notebooks.git",
        ref: dice.of("main", "v1", "f".repeat(40)),
        credentialsSecret: dice.of(undefined, undefined, "git-token"),
        follow: dice.of(undefined, true),
      },
      path: "notebooks/titanic.ipynb",
    },
    goldenNotebook: dice.of(undefined, undefined, undefined, { path: "golden.ipynb" }),
    podConfig: {
      containerImage: dice.of(undefined, "registry.example.com/notebook:1"),
      resources: dice.of(undefined, { limits: { memory: "1Gi" } }, { limits: { memory: "2Gi", cpu: "1" } }),
      buildConfig: dice.of(undefined, { enabled: true }, anyBuildConfig(dice)),
    },
    priority: dice.of(undefined, 0, 50, 90),
    retryPolicy: dice.of(undefined, anyRetryPolicy(dice), anyRetryPolicy(dice)),
    recoveryConfig: dice.of(undefined, undefined, {
      enableSmartRecovery: dice.of(undefined, false),
      enableBuildFallback: dice.of(undefined, false),
      maxRecoveryAttempts: dice.of(undefined, 0, 1, 5),
      disabledRecoveryActions: dice.of(undefined, ["retry"], ["wait-for-resolution", "increase-memory"]),
    }),
    validationConfig: dice.of(undefined, { level: dice.of("learning", "staging", "production") }),
    totalTimeout: dice.of(undefined, undefined, "1h"),
    suspend: dice.of(undefined, undefined, undefined, true),
    ttlSecondsAfterFinished: dice.of(undefined, undefined, 60),
    modelValidation: dice.chance(2) ? { enabled: true } : undefined,
  };
  return withoutUndefined({ ...(aJob().build().spec as object), ...spec });
}

export function anyRetryPolicy(dice: Dice): object {
  return {
    enabled: dice.of(undefined, undefined, undefined, false),
    strategy: dice.of(undefined, "default", "aggressive", "conservative", "high_priority"),
    maxRetries: dice.of(undefined, undefined, 0, 2, 7),
    maxValidationRetries: dice.of(undefined, undefined, 0, 4),
    maxBuildRetries: dice.of(undefined, undefined, 0, 3),
    backoffPolicy: dice.of(undefined, "exponential", "linear", "fixed"),
    backoffBaseSeconds: dice.of(undefined, undefined, 0, 0.5, 60),
    backoffFactor: dice.of(undefined, 1, 3),
    maxBackoffSeconds: dice.of(undefined, 10, 3600),
    jitter: dice.of(undefined, false),
    memoryBump: dice.of(undefined, undefined, { factor: 1.5, max: "4Gi" }),
    retryWhenResolved: dice.of(undefined, false),
    retryOnSpecChange: dice.of(undefined, undefined, false),
  };
}

function anyBuildConfig(dice: Dice): object {
  return {
    enabled: true,
    strategy: dice.of(undefined, "tekton", "s2i"),
    imageName: dice.of(undefined, "nbv-environments"),
    imageTag: dice.of(undefined, "stable"),
    includeSource: dice.of(undefined, true),
    fallbackStrategy: dice.of(undefined, "warn", "fail", "auto"),
  };
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
