import { NOTEBOOK_CONTAINER, SOURCE_CONTAINER } from "../validation/index.js";

/** `(container "a" must set …)`, `(containers "a", "b" must not …)`: Pod Security names who breaks its rules. */
const POD_SECURITY = /\bcontainers? ((?:"[-a-z0-9.]{1,253}"(?:, ?)?){1,64})/g;
/** `.containers[0].runAsUser: Invalid value`: security context constraints name the field. */
const CONSTRAINT = /\.(initContainers|containers)\[\d{1,3}\]/g;

/**
 * The container that a pod's refusal by security rules blames: the notebook's as soon as that is named, the one that
 * fetches the source where it is the only one named; of others that are named without it, the first. Nobody where the pod
 * itself is meant.
 */
export function violatingContainer(refusal: string): string | undefined {
  const named = [...refusal.matchAll(POD_SECURITY)].flatMap(([, names = ""]) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => name),
  );
  const byField = [...refusal.matchAll(CONSTRAINT)].map(([, list]) =>
    list === "containers" ? NOTEBOOK_CONTAINER : SOURCE_CONTAINER,
  );
  const all = [...named, ...byField];
  if (all.includes(NOTEBOOK_CONTAINER)) return NOTEBOOK_CONTAINER;
  return all.includes(SOURCE_CONTAINER) && all.some((name) => name !== SOURCE_CONTAINER) ? undefined : all[0];
}
