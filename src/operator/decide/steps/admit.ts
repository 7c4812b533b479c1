import { type Failure, failureOf } from "../../../recovery/index.js";
import { withConditions } from "../conditions.js";
import { giveUp } from "../outcome.js";
import { specValid } from "../spec-valid.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { resolveSource } from "./resolve-source.js";

/** `Pending`: begins the run, unless the job asks for something that this operator can't do, which it then says. */
export function admit(turn: ValidTurn): StepResult {
  const { status, metadata } = turn;
  const valid = withConditions(turn, status, specValid(turn));
  const missing = whatIsMissing(turn);
  if (missing) return giveUp({ ...turn, status: valid }, valid, missing);
  return resolveSource({
    ...turn,
    status: {
      ...valid,
      phase: "Initializing",
      reason: "ResolvingSource",
      message: `Looking up the commit that ${turn.spec.notebook.git.ref} names (job ${metadata.name})`,
    },
  });
}

/** What a job asks for and would silently miss: never skipped without a word, since that could pass a bad notebook. */
function whatIsMissing({ spec, effective, seen }: ValidTurn): Failure | undefined {
  if (effective.build !== undefined && seen.settings.build === "refuse") {
    return failureOf("BuildStrategyUnavailable", {
      message:
        "The job asks for an image build (podConfig.buildConfig.enabled), which this operator has no strategy for yet",
      suggestedAction:
        "Set podConfig.containerImage to an image with the notebook's packages and buildConfig.enabled to false",
    });
  }
  const { serviceAccounts } = seen.settings.config.access;
  if (serviceAccounts.length > 0 && !serviceAccounts.includes(effective.serviceAccountName)) {
    return failureOf("ApiForbidden", {
      fault: "user",
      message: `The operator does not allow the ServiceAccount ${effective.serviceAccountName} (access.serviceAccounts)`,
      suggestedAction: `Set podConfig.serviceAccountName to one of ${serviceAccounts.join(", ")}`,
    });
  }
  if (spec.modelValidation !== undefined && spec.modelValidation.enabled !== false) {
    return failureOf("ModelsNotReady", {
      errorType: "permanent",
      message: "The job asks for model validation, which this operator can't do yet",
      suggestedAction: "Set modelValidation.enabled to false to validate the notebook alone",
    });
  }
  if (spec.goldenNotebook !== undefined) {
    return failureOf("ComparisonFailed", {
      errorType: "permanent",
      fault: "platform",
      message: "The job asks for a comparison with a golden notebook, which this operator can't do yet",
      suggestedAction: "Leave out goldenNotebook to validate the notebook alone",
    });
  }
  return undefined;
}
