// Fields that people write because a document, a sample or another tool taught them so.

/** Path pattern (list indexes as `[]`) → the field that was meant, or `(` a remark in brackets. */
const ALIASES: Readonly<Record<string, string>> = {
  "spec.retryPolicy.backoffLimit": "maxRetries",
  "spec.retryPolicy.retries": "maxRetries",
  "spec.retryPolicy.limit": "maxRetries",
  "spec.retryPolicy.backoff": "backoffPolicy",
  "spec.retryPolicy.backoffSeconds": "backoffBaseSeconds",
  "spec.backoffLimit": "retryPolicy.maxRetries",
  "spec.maxRetries": "retryPolicy.maxRetries",
  "spec.retries": "retryPolicy.maxRetries",
  "spec.retry": "retryPolicy",
  "spec.validation": "validationConfig",
  "spec.comparison": "comparisonConfig",
  "spec.recovery": "recoveryConfig",
  "spec.recoveryPolicy": "recoveryConfig",
  "spec.build": "podConfig.buildConfig",
  "spec.buildConfig": "podConfig.buildConfig",
  "spec.image": "podConfig.containerImage",
  "spec.containerImage": "podConfig.containerImage",
  "spec.resources": "podConfig.resources",
  "spec.env": "podConfig.env",
  "spec.envFrom": "podConfig.envFrom",
  "spec.volumes": "podConfig.volumes",
  "spec.volumeMounts": "podConfig.volumeMounts",
  "spec.tolerations": "podConfig.tolerations",
  "spec.nodeSelector": "podConfig.nodeSelector",
  "spec.affinity": "podConfig.affinity",
  "spec.serviceAccountName": "podConfig.serviceAccountName",
  "spec.serviceAccount": "podConfig.serviceAccountName",
  "spec.git": "notebook.git",
  "spec.notebookPath": "notebook.path",
  "spec.parameters": "notebook.parameters",
  "spec.golden": "goldenNotebook",
  "spec.activeDeadlineSeconds": "validationTimeout",
  "spec.timeoutSeconds": "validationTimeout",
  "spec.models": "modelValidation",
  "spec.triggers": "onSuccess",
  "spec.expectedOutputs": "validationConfig.expectedOutputs",
  "spec.podConfig.image": "containerImage",
  "spec.podConfig.build": "buildConfig",
  "spec.podConfig.serviceAccount": "serviceAccountName",
  "spec.podConfig.skipGitClone": "(the source is always fetched at one commit: remove it)",
  "spec.podConfig.initContainers": "(init containers are not supported: prepare data in a volume)",
  "spec.podConfig.containers": "(the notebook's container is the only one)",
  "spec.podConfig.buildConfig.requirements": "requirementsFile",
  "spec.podConfig.buildConfig.dockerFile": "dockerfilePath",
  "spec.podConfig.buildConfig.args": "buildArgs",
  "spec.podConfig.buildConfig.stage": "target",
  "spec.podConfig.buildConfig.image": "imageName",
  "spec.podConfig.buildConfig.tag": "imageTag",
  "spec.notebook.url": "git.url",
  "spec.notebook.ref": "git.ref",
  "spec.notebook.repository": "git.url",
  "spec.notebook.git.branch": "ref",
  "spec.notebook.git.tag": "ref",
  "spec.notebook.git.commit": "ref",
  "spec.notebook.git.revision": "ref",
  "spec.notebook.git.repo": "url",
  "spec.notebook.git.repository": "url",
  "spec.notebook.git.secret": "credentialsSecret",
  "spec.notebook.git.secretRef": "credentialsSecret",
  "spec.validationConfig.mode": "level",
  "spec.validationConfig.strict": "strictMode",
  "spec.validationConfig.outputs": "expectedOutputs",
  "spec.validationConfig.expectedOutputs[].cellIndex": "cell",
  "spec.validationConfig.expectedOutputs[].min": "minValue",
  "spec.validationConfig.expectedOutputs[].max": "maxValue",
  "spec.comparisonConfig.tolerance": "floatingPointTolerance",
  "spec.modelValidation.models": "targetModels",
};

/** What was probably meant by the unknown field at `path`. */
export function knownAlias(path: readonly (string | number)[]): string | undefined {
  const pattern = path
    .map((step) => (typeof step === "number" ? "[]" : `.${step}`))
    .join("")
    .slice(1)
    .replace(/^spec\.goldenNotebook\./, "spec.notebook.");
  return Object.hasOwn(ALIASES, pattern) ? ALIASES[pattern] : undefined;
}

/** All aliases, for tests and docs. */
export const FIELD_ALIASES: ReadonlyMap<string, string> = new Map(Object.entries(ALIASES));
