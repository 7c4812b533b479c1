import { isJsonObject, type JsonObject, own } from "../json.js";
import type { StatusCause } from "../kube-error.js";

/** Fills in what the API server does (k8s.io/kubernetes/pkg/apis/admissionregistration/v1/defaults.go). */
export function prepareWebhooks(object: JsonObject): JsonObject {
  for (const webhook of webhooksOf(object)) {
    webhook["failurePolicy"] ??= "Fail";
    webhook["matchPolicy"] ??= "Equivalent";
    webhook["namespaceSelector"] ??= {};
    webhook["objectSelector"] ??= {};
    webhook["timeoutSeconds"] ??= 10;
    for (const rule of objectsIn(webhook["rules"])) rule["scope"] ??= "*";
    const client = webhook["clientConfig"];
    if (isJsonObject(client) && isJsonObject(client["service"])) client["service"]["port"] ??= 443;
  }
  return object;
}

/** The rules that a mistake in our own configuration would break. */
export function webhookProblems(object: JsonObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const names = new Set<unknown>();
  webhooksOf(object).forEach((webhook, index) => {
    const at = `webhooks[${index}]`;
    const refuse = (field: string, message: string): void => void causes.push({ field: `${at}.${field}`, message });
    const name = own(webhook, "name");
    if (typeof name !== "string" || name.split(".").length < 3) {
      refuse("name", "Invalid value: should be a domain with at least three segments separated by dots");
    }
    if (names.has(name)) refuse("name", "Duplicate value");
    names.add(name);
    if (!own(webhook, "sideEffects")) refuse("sideEffects", "Required value: must specify one of None, NoneOnDryRun");
    else if (webhook["sideEffects"] !== "None" && webhook["sideEffects"] !== "NoneOnDryRun") {
      refuse("sideEffects", 'Unsupported value: supported values: "None", "NoneOnDryRun"');
    }
    if (!["Fail", "Ignore"].includes(String(webhook["failurePolicy"]))) {
      refuse("failurePolicy", 'Unsupported value: supported values: "Fail", "Ignore"');
    }
    const seconds = Number(webhook["timeoutSeconds"]);
    if (!(seconds >= 1 && seconds <= 30)) {
      refuse("timeoutSeconds", "Invalid value: the timeout value must be between 1 and 30 seconds");
    }
    const versions = own(webhook, "admissionReviewVersions");
    if (!Array.isArray(versions) || versions.length === 0) {
      refuse("admissionReviewVersions", "Required value: must specify one of v1, v1beta1");
    }
    const client = own(webhook, "clientConfig");
    const ways = isJsonObject(client) ? ["url", "service"].filter((way) => own(client, way) !== undefined) : [];
    if (ways.length !== 1) refuse("clientConfig", "Required value: exactly one of url or service is required");
  });
  return causes;
}

function webhooksOf(object: JsonObject): JsonObject[] {
  return objectsIn(object["webhooks"]);
}

function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
