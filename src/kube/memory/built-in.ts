import { isJsonObject, type JsonObject, own, withoutNulls } from "../json.js";
import type { StatusCause } from "../kube-error.js";
import { labelNameProblem, subdomainProblem } from "../names.js";
import type { Resource } from "../resource.js";
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  EVENTS,
  LEASES,
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  SECRETS,
  SERVICE_ACCOUNTS,
  VALIDATING_WEBHOOK_CONFIGURATIONS,
} from "../resources.js";
import type { ResourceDefinition, StoredObject } from "./definition.js";
import { builtInRules } from "./merge-rules.js";
import { podGracePeriod, podProblems, preparePod } from "./pod-rules.js";
import { prepareWebhooks, webhookProblems } from "./webhook-rules.js";

/** The built-in resources that the embedded server serves. */
export function builtInDefinitions(nodeName: string | undefined): ResourceDefinition[] {
  return [
    define(PODS, {
      hasStatus: true,
      hasGeneration: true,
      selectableFields: fields(
        ...["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork"],
        ...["status.phase", "status.podIP", "status.nominatedNodeName"],
      ),
      prepare: (object, old) => preparePod(object, old, nodeName),
      validate: podProblems,
      gracePeriod: podGracePeriod,
    }),
    define(SECRETS, { prepare: prepareSecret, validate: dataProblems, selectableFields: fields("type") }),
    define(CONFIG_MAPS, { prepare: withoutEmptyData, validate: dataProblems }),
    define(PERSISTENT_VOLUME_CLAIMS, { hasStatus: true }),
    define(SERVICE_ACCOUNTS, {}),
    define(LEASES, { unconditionalReplace: false }),
    define(EVENTS, {
      validate: eventProblems,
      selectableFields: new Map([
        ...fields(
          ...["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
            (name) => `involvedObject.${name}`,
          ),
          ...["reason", "type", "reportingComponent"],
        ),
        ["source", reader("source.component")],
      ]),
    }),
    define(NAMESPACES, {
      hasStatus: true,
      nameProblem: labelNameProblem,
      selectableFields: fields("status.phase"),
      prepare: prepareNamespace,
    }),
    define(CUSTOM_RESOURCE_DEFINITIONS, {
      hasStatus: true,
      hasGeneration: true,
      unconditionalReplace: false,
    }),
    define(VALIDATING_WEBHOOK_CONFIGURATIONS, {
      hasGeneration: true,
      unconditionalReplace: false,
      prepare: prepareWebhooks,
      validate: webhookProblems,
    }),
  ];
}

function define(
  resource: Resource,
  behaviour: Partial<Omit<ResourceDefinition, "resource" | "rules">>,
): ResourceDefinition {
  return {
    resource,
    hasStatus: false,
    hasGeneration: false,
    unconditionalReplace: true,
    rules: builtInRules(),
    nameProblem: subdomainProblem,
    selectableFields: new Map(),
    validate: () => [],
    gracePeriod: () => 0,
    ...behaviour,
    prepare: (object, old) => (behaviour.prepare ?? ((same) => same))(withoutNulls(object) as JsonObject, old),
  };
}

function fields(...paths: readonly string[]): Map<string, (object: StoredObject) => string> {
  return new Map(paths.map((path) => [path, reader(path)]));
}

function reader(path: string): (object: StoredObject) => string {
  return (object) => {
    let value: unknown = object;
    for (const name of path.split(".")) value = isJsonObject(value) ? own(value, name) : undefined;
    if (value === undefined && path === "spec.hostNetwork") return "false";
    return typeof value === "string" || typeof value === "boolean" ? String(value) : "";
  };
}

/** `stringData` is a convenience for writers: it moves into `data` and is never read back. */
function prepareSecret(object: JsonObject): JsonObject {
  object["type"] ??= "Opaque";
  const plain = object["stringData"];
  if (isJsonObject(plain)) {
    const data = isJsonObject(object["data"]) ? object["data"] : {};
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString("base64");
    object["data"] = data;
  }
  delete object["stringData"];
  return withoutEmptyData(object);
}

/** Empty maps of these types are not stored (`omitempty`). */
function withoutEmptyData(object: JsonObject): JsonObject {
  for (const field of ["data", "binaryData"]) {
    const data = object[field];
    if (data === null || (isJsonObject(data) && Object.keys(data).length === 0)) delete object[field];
  }
  return object;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Rules of ConfigMaps and Secrets: keys, base64, `immutable`, and the type of a Secret never changes. */
function dataProblems(object: JsonObject, old: StoredObject | undefined): StatusCause[] {
  const causes: StatusCause[] = [];
  const isSecret = object["kind"] === "Secret";
  for (const field of ["data", "binaryData"]) {
    const data = object[field];
    if (!isJsonObject(data)) continue;
    for (const [key, value] of Object.entries(data)) {
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === "." || key === "..") {
        causes.push({
          field: `${field}[${key}]`,
          message: "Invalid value: a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        });
      }
      const encoded = isSecret || field === "binaryData";
      if (typeof value !== "string" || (encoded && !BASE64.test(value))) {
        causes.push({
          field: `${field}[${key}]`,
          message: `Invalid value: must be ${encoded ? "base64 text" : "a string"}`,
        });
      }
    }
  }
  if (old === undefined) return causes;
  if (isSecret && old["type"] !== object["type"]) {
    causes.push({ field: "type", message: "Invalid value: field is immutable", reason: "FieldValueInvalid" });
  }
  if (
    old["immutable"] === true &&
    (object["immutable"] !== true || JSON.stringify(old["data"]) !== JSON.stringify(object["data"]))
  ) {
    causes.push({
      field: "data",
      message: "Forbidden: field is immutable when `immutable` is set",
      reason: "FieldValueForbidden",
    });
  }
  return causes;
}

function eventProblems(object: JsonObject): StatusCause[] {
  const involved = object["involvedObject"];
  const about = isJsonObject(involved) ? own(involved, "namespace") : undefined;
  const meta = object["metadata"] as JsonObject;
  const home = about === undefined || about === "" ? "default" : about;
  if (meta["namespace"] === home) return [];
  return [
    {
      field: "involvedObject.namespace",
      message: `Invalid value: ${JSON.stringify(about ?? "")}: does not match event.namespace`,
      reason: "FieldValueInvalid",
    },
  ];
}

function prepareNamespace(object: JsonObject, old: StoredObject | undefined): JsonObject {
  const meta = object["metadata"] as { name: string; labels?: Record<string, string> };
  meta.labels = { ...meta.labels, "kubernetes.io/metadata.name": meta.name };
  if (old === undefined) {
    object["status"] = { phase: "Active" };
    object["spec"] = { finalizers: ["kubernetes"] };
  }
  return object;
}
