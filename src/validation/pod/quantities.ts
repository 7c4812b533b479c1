import type { ResourceRequirements } from "kubernetes-types/core/v1.js";
import type { Resources } from "../../api/index.js";

/** Jobs may write quantities as numbers (`cpu: 2`); the API server stores text, and so do we, to see no difference. */
export function resourceRequirements({ requests, limits }: Resources): ResourceRequirements {
  return { ...(requests && { requests: texts(requests) }), ...(limits && { limits: texts(limits) }) };
}

function texts(amounts: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
}
