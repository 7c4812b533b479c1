import type { NotebookValidationJobSpec, OperatorConfig } from "../../../api/index.js";
import { CACHE_CLAIM, CACHE_SECRET } from "../../../build/index.js";
import { type Failure, failureOf } from "../../../recovery/index.js";

/** A field of a job that would reach into the namespace of all builds. */
export interface ForeignName {
  /** From the object's root. */
  readonly path: readonly string[];
  readonly failure: Failure;
}

/**
 * What a job names that its build would take from another namespace than the job's (`build.namespace`): Secrets, a
 * ServiceAccount, a claim, a path of the registry. Whoever may create jobs in one namespace has no right to these, and the
 * operator and its build pods have: they must not lend it. None while builds run in the job's own namespace.
 *
 * @param namespace of the job; `undefined` = not known, nothing is said
 */
export function foreignNames(
  { notebook, podConfig }: Pick<NotebookValidationJobSpec, "notebook" | "podConfig">,
  namespace: string | undefined,
  { build: { namespace: shared } }: Pick<OperatorConfig, "build">,
): ForeignName[] {
  const build = podConfig?.buildConfig;
  if (build?.enabled !== true || shared === undefined || namespace === undefined || shared === namespace) return [];
  const { pushSecret, serviceAccountName, strategyConfig = {}, registryNamespace } = build;
  const ofBuild = ["spec", "podConfig", "buildConfig"];
  const named: readonly (readonly [path: readonly string[], value: string | undefined, what: string])[] = [
    [["spec", "notebook", "git", "credentialsSecret"], notebook.git.credentialsSecret, "the Secret"],
    [[...ofBuild, "pushSecret"], pushSecret, "the Secret"],
    [[...ofBuild, "serviceAccountName"], serviceAccountName, "the ServiceAccount"],
    [[...ofBuild, "strategyConfig", CACHE_SECRET], strategyConfig[CACHE_SECRET], "the Secret"],
    [[...ofBuild, "strategyConfig", CACHE_CLAIM], strategyConfig[CACHE_CLAIM], "the claim"],
    [
      [...ofBuild, "registryNamespace"],
      registryNamespace === namespace ? undefined : registryNamespace,
      "the registry's path",
    ],
  ];
  return named.flatMap(([path, value, what]) => {
    if (value === undefined) return [];
    const field = path.slice(1).join(".");
    const failure = failureOf("ApiForbidden", {
      fault: "user",
      message: `${field} names ${what} ${value}, and builds run in the namespace ${shared}, whose own a job of ${namespace} may not use`,
      suggestedAction: adviceOn(field, namespace),
    });
    return [{ path, failure }];
  });
}

function adviceOn(field: string, namespace: string): string {
  if (field.endsWith("registryNamespace")) return `Leave ${field} out or set it to ${namespace}`;
  const inOwn = "have builds run in the job's namespace (leave build.namespace out of the operator's configuration)";
  const instead =
    field === "notebook.git.credentialsSecret"
      ? "set podConfig.buildConfig.enabled to false and podConfig.containerImage to an image"
      : `leave ${field} out: the operator's configuration says what builds use there`;
  return `To use it, ${inOwn}; else ${instead}`;
}
