import type { EffectiveSpec, NotebookValidationJobSpec, OperatorConfig } from "../../api/index.js";
import { type Failure, failureOf } from "../../recovery/index.js";
import { foreignNames } from "./builds/foreign-names.js";
import type { Settings } from "./observation.js";

/** Something that a job asks for and can't get, which ends it. */
export interface Obstacle {
  /** Field that asks for it, from the object's root. */
  readonly path: readonly string[];
  readonly failure: Failure;
}

/**
 * What a job asks for and would silently miss, the gravest first: never skipped without a word, since that could pass a bad
 * notebook. The reconciler ends such a job; the webhook says it before there is one.
 * @param namespace of the job; `undefined` = not known yet
 */
export function obstacles(
  spec: NotebookValidationJobSpec,
  effective: Pick<EffectiveSpec, "build" | "serviceAccountName">,
  settings: Settings,
  namespace: string | undefined,
): Obstacle[] {
  const found: Obstacle[] = [];
  if (effective.build !== undefined && settings.build === "refuse") {
    found.push({
      path: ["spec", "podConfig", "buildConfig", "enabled"],
      failure: failureOf("BuildStrategyUnavailable", {
        message: "The job asks for an image build, which this operator has no strategy for yet",
        suggestedAction:
          "Set podConfig.containerImage to an image with the notebook's packages and buildConfig.enabled to false",
      }),
    });
  }
  const accounts = {
    "podConfig.serviceAccountName": effective.serviceAccountName,
    "podConfig.buildConfig.serviceAccountName":
      settings.build === "build" ? effective.build?.serviceAccountName : undefined,
  };
  for (const [field, account] of Object.entries(accounts)) {
    if (account === undefined || mayUse(account, settings.config)) continue;
    const { serviceAccounts } = settings.config.access;
    found.push({
      path: ["spec", ...field.split(".")],
      failure: failureOf("ApiForbidden", {
        fault: "user",
        message: `The operator does not allow the ServiceAccount ${account} (access.serviceAccounts)`,
        suggestedAction: `Set ${field} to one of ${serviceAccounts.join(", ")}`,
      }),
    });
  }
  if (settings.build === "build") found.push(...foreignNames(spec, namespace, settings.config));
  if (spec.modelValidation !== undefined && spec.modelValidation.enabled !== false) {
    found.push({
      path: ["spec", "modelValidation"],
      failure: failureOf("ModelsNotReady", {
        errorType: "permanent",
        message: "The job asks for model validation, which this operator can't do yet",
        suggestedAction: "Set modelValidation.enabled to false to validate the notebook alone",
      }),
    });
  }
  return found;
}

/** Whether the operator's configuration lets jobs run under a ServiceAccount. */
export function mayUse(serviceAccountName: string, { access }: OperatorConfig): boolean {
  return access.serviceAccounts.length === 0 || access.serviceAccounts.includes(serviceAccountName);
}
