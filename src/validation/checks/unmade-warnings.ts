import { fieldText, type JobWarning, type ValidationConfig } from "../../api/index.js";
import { unmadeFields } from "./made-checks.js";

/** What a job asks to be checked and the runner of this version would not check: to be said before there is a run. */
export function unmadeWarnings(config: ValidationConfig | undefined): JobWarning[] {
  return unmadeFields(config).map(({ field }) => {
    const path = ["spec", "validationConfig", field];
    const message =
      "is not checked yet: this version's runner does not make these checks, so the job passes with warnings at best";
    return { path, field: fieldText(path), message };
  });
}
