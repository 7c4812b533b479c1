import type { EnvFromSource, EnvVar } from "kubernetes-types/core/v1.js";
import { PATHS } from "./paths.js";
import type { PodSettings } from "./request.js";

/** Writable homes and caches under any user ID, also with a read-only root file system. */
const OWN_ENVIRONMENT: readonly EnvVar[] = [
  { name: "HOME", value: PATHS.home },
  { name: "TMPDIR", value: PATHS.tmp },
  { name: "XDG_CACHE_HOME", value: `${PATHS.home}/.cache` },
  { name: "XDG_CONFIG_HOME", value: `${PATHS.home}/.config` },
  { name: "XDG_DATA_HOME", value: `${PATHS.home}/.local/share` },
  { name: "MPLCONFIGDIR", value: `${PATHS.home}/.config/matplotlib` },
  { name: "IPYTHONDIR", value: `${PATHS.home}/.ipython` },
  { name: "NUMBA_CACHE_DIR", value: `${PATHS.home}/.cache/numba` },
];

/** Variables of the notebook's container: ours, then the job's, which win where both name one. */
export function notebookEnvironment(pod: PodSettings | undefined): EnvVar[] {
  const wanted = pod?.env ?? [];
  const names = new Set(wanted.map(({ name }) => name));
  // A divisor may be a number here; the API server takes it as it is.
  return [...OWN_ENVIRONMENT.filter(({ name }) => !names.has(name)), ...(wanted as readonly EnvVar[])];
}

/** `envFrom` of the notebook's container; each name in `credentials` is a Secret. */
export function notebookEnvFrom(pod: PodSettings | undefined): EnvFromSource[] {
  return [...(pod?.envFrom ?? []), ...(pod?.credentials ?? []).map((name) => ({ secretRef: { name } }))];
}

/**
 * Names of the variables whose values come from Secrets, for the runner to redact.
 *
 * @param secretKeys keys of the Secrets that `envFrom` and `credentials` name; those of unknown Secrets can't be listed.
 */
export function secretVariables(
  pod: PodSettings | undefined,
  secretKeys: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const single = (pod?.env ?? []).filter(({ valueFrom }) => valueFrom?.secretKeyRef).map(({ name }) => name);
  const whole = notebookEnvFrom(pod).flatMap(({ prefix = "", secretRef }) => {
    const secret = secretRef?.name;
    const keys = secret !== undefined && Object.hasOwn(secretKeys, secret) ? secretKeys[secret] : undefined;
    return (keys ?? []).map((key) => `${prefix}${key}`);
  });
  return [...new Set([...single, ...whole])].sort();
}
