import type { ParameterValue } from "./tekton/parameter-values.js";

/** Start of keys of `strategyConfig` that are parameters: `param.NAME: VALUE`. */
export const PARAMETER_PREFIX = "param.";

/** Parameters that the job gives a foreign builder itself, sorted by name. */
export function extraParameters(config: Readonly<Record<string, string>>): ParameterValue[] {
  return Object.entries(config)
    .filter(([key]) => key.startsWith(PARAMETER_PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ name: key.slice(PARAMETER_PREFIX.length), value }));
}

/** Whether the API server could have an object of this name. */
export function isObjectName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(name);
}
