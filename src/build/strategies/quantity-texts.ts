import type { Resources } from "../../api/index.js";

/** Resources with every quantity as a text: schemas take texts or integers, and a job may have written 0.5. */
export function quantityTexts({ requests, limits }: Resources): {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
} {
  return {
    ...(requests !== undefined && { requests: texts(requests) }),
    ...(limits !== undefined && { limits: texts(limits) }),
  };
}

function texts(amounts: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
}
