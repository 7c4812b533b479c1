// What is legal but unwise.
import { FIELDS_WITHOUT_EFFECT } from "./fields-without-effect.js";
import { isOwnedByGitOps } from "./gitops-owner.js";
import { ANNOTATION_BLOCK_WAVE, ANNOTATION_SOURCE_CHANGED } from "./labels.js";
import { fieldText } from "./problem.js";
import { parseDuration } from "./schema/duration.js";
import type { NotebookValidationJob } from "./v1alpha1/job.js";

/** Advice about one field of a valid job. */
export interface JobWarning {
  readonly path: readonly (string | number)[];
  /** The same for people. */
  readonly field: string;
  readonly message: string;
}

type Found = readonly [path: string, message: string];
type Look = (job: NotebookValidationJob) => readonly (Found | false | undefined)[];

const LOOKS: readonly Look[] = [
  aboutAliases,
  aboutImages,
  aboutBuild,
  aboutTimes,
  aboutGit,
  aboutChecks,
  aboutPod,
  aboutGitOps,
];

/**
 * Everything about a valid job that deserves a second look: what has no effect in this version, then advice in the order of
 * the spec.
 */
export function jobWarnings(job: NotebookValidationJob): JobWarning[] {
  const idle = FIELDS_WITHOUT_EFFECT.filter(({ isAskedForBy }) => isAskedForBy(job)).map(
    ({ path, instead }): JobWarning => ({
      path,
      field: fieldText(path),
      message: `has no effect in this version: ${instead}`,
    }),
  );
  const advice = LOOKS.flatMap((look) => look(job)).flatMap((found): JobWarning[] => {
    if (found === undefined || found === false) return [];
    const path = found[0].split(".").map((step) => (/^[0-9]+$/.test(step) ? Number(step) : step));
    return [{ path, field: fieldText(path), message: found[1] }];
  });
  // How to use a field well is of no use to whoever can't use it at all.
  return [...idle, ...advice.filter(({ field }) => !idle.some((other) => other.field === field))];
}

function aboutAliases({ spec }: NotebookValidationJob): (Found | false)[] {
  return [
    spec.timeout !== undefined && [
      "spec.timeout",
      spec.validationTimeout === undefined
        ? "is a deprecated alias: write validationTimeout"
        : "has no effect beside validationTimeout: remove it",
    ],
    spec.podConfig?.buildConfig?.timeout !== undefined && [
      "spec.podConfig.buildConfig.timeout",
      spec.buildTimeout === undefined
        ? "is a deprecated alias: write spec.buildTimeout"
        : "has no effect beside spec.buildTimeout: remove it",
    ],
  ];
}

function aboutImages({ spec: { podConfig } }: NotebookValidationJob): (Found | false)[] {
  const floating = (image: string | undefined) => {
    if (image === undefined || image.includes("@")) return false;
    const tag = /:([^/:]+)$/.exec(image)?.[1];
    return tag === undefined || tag === "latest";
  };
  const advice = "names no version: runs of the same commit may differ; pin a tag or a digest";
  return [
    floating(podConfig?.containerImage) && ["spec.podConfig.containerImage", advice],
    floating(podConfig?.buildConfig?.baseImage) && ["spec.podConfig.buildConfig.baseImage", advice],
  ];
}

function aboutBuild({ spec }: NotebookValidationJob): (Found | false)[] {
  const build = spec.podConfig?.buildConfig;
  if (build === undefined) return [];
  const path = "spec.podConfig.buildConfig";
  if (!build.enabled) {
    return Object.keys(build).some((field) =>
      ["baseImage", "dockerfile", "dockerfilePath", "requirementsFile", "imageName"].includes(field),
    )
      ? [[path, "has no effect without enabled: true"]]
      : [];
  }
  const dockerfile = build.dockerfilePath ?? build.dockerfile;
  const secretArgument = Object.keys(build.buildArgs ?? {}).find((name) => /passw|secret|token|api_?key/i.test(name));
  return [
    build.strategy === "kaniko" && [
      `${path}.strategy`,
      "kaniko is archived upstream: the tekton strategy is used instead",
    ],
    build.strategy === "custom" &&
      build.strategyConfig === undefined && [
        `${path}.strategyConfig`,
        "strategy custom needs the name of a Pipeline or strategy",
      ],
    build.cache?.enabled === true &&
      build.cache.type === "workspace" &&
      // Other strategies have warnings of their own.
      ["tekton", "kaniko", undefined].includes(build.strategy) &&
      build.strategyConfig?.["cacheClaim"] === undefined && [
        `${path}.cache.type`,
        "workspace keeps nothing without strategyConfig.cacheClaim: name a PersistentVolumeClaim there",
      ],
    dockerfile !== undefined &&
      build.requirementsFile !== undefined && [
        `${path}.${build.preferDockerfile ? "requirementsFile" : build.dockerfilePath === undefined ? "dockerfile" : "dockerfilePath"}`,
        `is not used: ${build.preferDockerfile ? "preferDockerfile is set" : "requirementsFile comes first unless preferDockerfile is set"}`,
      ],
    build.requirementsFile !== undefined &&
      (build.requirementsSources ?? []).length > 0 && [
        `${path}.requirementsSources`,
        "is not used: requirementsFile names the file",
      ],
    build.verifyHashes === true &&
      build.allowUnpinned === true && [`${path}.allowUnpinned`, "has no effect: verifyHashes needs exact pins"],
    secretArgument !== undefined && [
      `${path}.buildArgs.${secretArgument}`,
      "build arguments stay in the image: never put a secret there",
    ],
  ];
}

function aboutTimes({ spec }: NotebookValidationJob): (Found | false)[] {
  const ms = (duration: string | undefined) => (duration === undefined ? undefined : parseDuration(duration));
  const validation = ms(spec.validationTimeout ?? spec.timeout);
  const cell = ms(spec.cellTimeout);
  const total = ms(spec.totalTimeout);
  const build = spec.podConfig?.buildConfig?.enabled === true ? (ms(spec.buildTimeout) ?? 0) : 0;
  return [
    cell !== undefined &&
      validation !== undefined &&
      cell > validation && ["spec.cellTimeout", "is longer than validationTimeout: it never ends a cell"],
    total !== undefined &&
      total < (validation ?? 0) + build && [
        "spec.totalTimeout",
        "is shorter than the stages together: they may not get their own time",
      ],
    spec.retryPolicy?.autoCleanupAfterHours === 0 && [
      "spec.retryPolicy.autoCleanupAfterHours",
      "deletes a job as soon as it fails, before anybody can see why: leave time to read it",
    ],
  ];
}

function aboutGit({ spec, metadata }: NotebookValidationJob): (Found | false)[] {
  const { notebook, goldenNotebook } = spec;
  const { git } = notebook;
  const golden = goldenNotebook?.git;
  const isFollowing = git.follow || golden?.follow === true;
  return [
    git.credentialsSecret !== undefined &&
      git.url.startsWith("http://") && [
        "spec.notebook.git.url",
        "credentials are not sent over plain http unless the operator allows the host: use https",
      ],
    git.follow && isCommit(git.ref) && ["spec.notebook.git.follow", "a commit never moves: follow a branch"],
    golden?.follow === true &&
      isCommit(golden.ref) && ["spec.goldenNotebook.git.follow", "a commit never moves: follow a branch"],
    isFollowing &&
      spec.retryPolicy?.retryOnSpecChange === false && [
        "spec.retryPolicy.retryOnSpecChange",
        "is false: a followed branch that moves starts nothing once the job is finished",
      ],
    !isFollowing &&
      metadata.annotations?.[ANNOTATION_SOURCE_CHANGED] !== undefined && [
        "spec.notebook.git.follow",
        `is false, so that the annotation ${ANNOTATION_SOURCE_CHANGED} has no effect: set it to true`,
      ],
  ];
}

function isCommit(ref: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(ref);
}

function aboutChecks({ spec }: NotebookValidationJob): (Found | false)[] {
  const { validationConfig: checks } = spec;
  return [
    checks?.strictMode === true &&
      checks.level !== undefined &&
      checks.level !== "production" && [
        "spec.validationConfig.level",
        "strictMode means level production: the level has no effect",
      ],
    checks?.checkOutputTypes === false &&
      (checks.expectedOutputs ?? []).length > 0 && [
        "spec.validationConfig.checkOutputTypes",
        "false leaves expectedOutputs unchecked: remove the switch, or the list",
      ],
    checks?.checkOutputTypes === true &&
      (checks.expectedOutputs ?? []).length === 0 && [
        "spec.validationConfig.checkOutputTypes",
        "has nothing to check without expectedOutputs",
      ],
    ...(checks?.expectedFiles ?? []).map(
      ({ path }, index): Found | false =>
        /[*?[]/.test(path) && [
          `spec.validationConfig.expectedFiles.${index}.path`,
          "is taken literally: *, ? and [ are no wildcards here",
        ],
    ),
    ...(["suggestBestPractices", "provideExamples"] as const).map(
      (field): Found | false =>
        checks?.[field] === true &&
        checks.educationalMode === false && [
          `spec.validationConfig.${field}`,
          "has no effect with educationalMode: false",
        ],
    ),
    spec.comparisonConfig !== undefined &&
      spec.goldenNotebook === undefined && ["spec.comparisonConfig", "has no effect without goldenNotebook"],
    spec.modelValidation?.enabled === true &&
      spec.modelValidation.phase === "existing" &&
      (spec.modelValidation.targetModels ?? []).length === 0 && [
        "spec.modelValidation.targetModels",
        "no model is named: nothing is checked",
      ],
  ];
}

function aboutPod({ spec: { podConfig } }: NotebookValidationJob): (Found | false | undefined)[] {
  const names = new Set<string>();
  const repeated = (podConfig?.env ?? []).flatMap(({ name }, index): Found[] => {
    if (!names.has(name)) return names.add(name) && [];
    return [[`spec.podConfig.env.${index}.name`, `${name} is set twice: the last value counts`]];
  });
  return [
    ...repeated,
    podConfig?.securityContext?.runAsUser === 0 && [
      "spec.podConfig.securityContext.runAsUser",
      "root can read the runner's key: a verdict is not tamper-proof",
    ],
  ];
}

function aboutGitOps({ metadata, spec }: NotebookValidationJob): (Found | false)[] {
  const { annotations = {} } = metadata;
  const hook = annotations["argocd.argoproj.io/hook"];
  const owned = isOwnedByGitOps(metadata);
  const advice = "a GitOps tool owns this job and would make it again: it is not deleted by age, only its pods are";
  return [
    owned && spec.ttlSecondsAfterFinished !== undefined && ["spec.ttlSecondsAfterFinished", advice],
    owned &&
      spec.retryPolicy?.autoCleanupAfterHours !== undefined && ["spec.retryPolicy.autoCleanupAfterHours", advice],
    hook === "PreSync" &&
      annotations[ANNOTATION_BLOCK_WAVE] === "true" && [
        "metadata.annotations",
        "a PreSync hook that blocks a wave waits for what the same sync has not made yet: use a sync wave instead",
      ],
  ];
}
