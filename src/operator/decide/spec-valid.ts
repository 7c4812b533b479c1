import { API_VERSION, jobWarnings, KIND, REASON_ADOPTED } from "../../api/index.js";
import type { ConditionNote } from "./conditions.js";
import type { Turn } from "./turn.js";

/** What there is to say about a spec that can be carried out: also what is legal but unwise, as the webhook would. */
export function specValid({ reading, metadata }: Turn): ConditionNote {
  if (!reading.ok) return { type: "SpecValid", status: "False", reason: "InvalidSpec", message: reading.problem };
  const job = { apiVersion: API_VERSION, kind: KIND, metadata, spec: reading.spec } as const;
  const unwise = jobWarnings(job).map(({ field, message }) => `${field}: ${message}`);
  const warnings = [...(reading.adoption?.warning === undefined ? [] : [reading.adoption.warning]), ...unwise];
  return {
    type: "SpecValid",
    status: "True",
    reason: reading.adoption === undefined ? "Valid" : REASON_ADOPTED,
    message: ["The spec can be carried out", ...warnings].join(". "),
  };
}
