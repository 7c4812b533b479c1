import type { Container, EnvVarSource } from "kubernetes-types/core/v1.js";
import type { Pod } from "../kube/index.js";
import { ConfigError } from "./config-error.js";
import type { ConfigStore } from "./config-store.js";
import { expandVariables } from "./expand-variables.js";

const VARIABLE_NAME = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/;

/**
 * The variables that a container's spec gives it: `envFrom`, then `env`, later ones winning, references expanded.
 * @throws ConfigError when a Secret, a ConfigMap or a key is missing that is not optional
 */
export async function containerEnvironment(
  container: Container,
  pod: Pod,
  configs: ConfigStore,
): Promise<ReadonlyMap<string, string>> {
  const variables = new Map<string, string>();
  for (const { prefix = "", secretRef, configMapRef } of container.envFrom ?? []) {
    const [kind, ref] =
      secretRef === undefined ? (["configmap", configMapRef] as const) : (["secret", secretRef] as const);
    if (ref?.name === undefined) continue;
    const data = kind === "secret" ? await configs.secret(ref.name) : await configs.configMap(ref.name);
    if (data === undefined && ref.optional !== true) throw missing(kind, ref.name);
    for (const [key, value] of data ?? []) {
      const name = `${prefix}${key}`;
      if (VARIABLE_NAME.test(name)) variables.set(name, value.toString("utf8"));
    }
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text =
      valueFrom === undefined
        ? expandVariables(value ?? "", variables)
        : await read(valueFrom, container, pod, configs);
    if (text !== undefined) variables.set(name, text);
  }
  return variables;
}

async function read(
  from: EnvVarSource,
  container: Container,
  pod: Pod,
  configs: ConfigStore,
): Promise<string | undefined> {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = from;
  if (secretKeyRef !== undefined) {
    const { name = "", key, optional } = secretKeyRef;
    return keyOf("secret", name, key, optional === true, await configs.secret(name));
  }
  if (configMapKeyRef !== undefined) {
    const { name = "", key, optional } = configMapKeyRef;
    return keyOf("configmap", name, key, optional === true, await configs.configMap(name));
  }
  if (fieldRef !== undefined) return podField(fieldRef.fieldPath, pod);
  if (resourceFieldRef !== undefined) return resourceField(resourceFieldRef.resource, container);
  throw new ConfigError("CreateContainerConfigError", "this source of a variable is not supported on this computer");
}

function keyOf(
  kind: "secret" | "configmap",
  name: string,
  key: string,
  optional: boolean,
  data: ReadonlyMap<string, Buffer> | undefined,
): string | undefined {
  const value = data?.get(key);
  if (value !== undefined) return value.toString("utf8");
  if (optional) return undefined;
  if (data === undefined) throw missing(kind, name);
  const owner = kind === "secret" ? "Secret" : "ConfigMap";
  throw new ConfigError("CreateContainerConfigError", `couldn't find key ${key} in ${owner} ${name}`);
}

function missing(kind: "secret" | "configmap", name: string): ConfigError {
  return new ConfigError("CreateContainerConfigError", `${kind} "${name}" not found`);
}

/** A field of the downward API. @throws ConfigError for a field that is not one */
export function podField(path: string, pod: Pod): string {
  const { metadata, spec } = pod;
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry !== null) return metadata[entry[1] as "labels" | "annotations"]?.[entry[2] ?? ""] ?? "";
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "spec.nodeName":
      return spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec?.serviceAccountName ?? "default";
    case "status.podIP":
    case "status.hostIP":
      return "127.0.0.1";
    default:
      throw new ConfigError("CreateContainerConfigError", `fieldPath ${path} is not supported on this computer`);
  }
}

function resourceField(name: string, container: Container): string {
  const [kind, ...rest] = name.split(".");
  const amounts = kind === "limits" ? container.resources?.limits : container.resources?.requests;
  return String(amounts?.[rest.join(".")] ?? "0");
}
