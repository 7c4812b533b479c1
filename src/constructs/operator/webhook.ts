import type { ApiObject } from "cdk8s";
import type { Construct } from "constructs";
import type { RuleWithOperations, ValidatingWebhook } from "kubernetes-types/admissionregistration/v1.js";
import {
  GROUP,
  PLURAL,
  VERSION,
  WEBHOOK_CONFIGURATION_NAME,
  WEBHOOK_PATH,
  WEBHOOK_SERVICE_NAME,
} from "../../api/index.js";
import { manifest } from "../manifest.js";
import { standardLabels } from "../standard-labels.js";

import type { ServingCertificate } from "./serving-certificate.js";

/** A webhook that isn't there must not stop anybody: the reconciler says the same through `SpecValid`. */
export function addWebhookConfiguration(
  scope: Construct,
  namespace: string,
  certificate: ServingCertificate,
): ApiObject {
  const webhook: ValidatingWebhook = {
    name: `${PLURAL}.${GROUP}`,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Ignore",
    timeoutSeconds: 5,
    matchPolicy: "Equivalent",
    clientConfig: {
      service: { name: WEBHOOK_SERVICE_NAME, namespace, path: WEBHOOK_PATH, port: 443 },
      ...(certificate.issuedBy === "secret" ? { caBundle: certificate.caBundle } : {}),
    },
    namespaceSelector: {
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: [namespace] }],
    },
    rules: [
      {
        apiGroups: [GROUP],
        apiVersions: [VERSION],
        operations: ["CREATE", "UPDATE"],
        resources: [PLURAL],
        scope: "Namespaced",
        // The published type of a rule forgets `resources`.
      } as RuleWithOperations,
    ],
    matchConditions: [
      // Labels, finalizers and the like can't make a job invalid: no call for them.
      { name: "spec-changes", expression: "request.operation == 'CREATE' || object.spec != oldObject.spec" },
      { name: "not-going-away", expression: "!has(object.metadata.deletionTimestamp)" },
    ],
  };
  return manifest(scope, "ValidatingWebhookConfiguration", {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
      name: WEBHOOK_CONFIGURATION_NAME,
      labels: standardLabels("operator"),
      annotations: injection(certificate, namespace),
    },
    webhooks: [webhook],
  });
}

function injection(certificate: ServingCertificate, namespace: string): Record<string, string> {
  switch (certificate.issuedBy) {
    case "cert-manager":
      return { "cert-manager.io/inject-ca-from": `${namespace}/${certificate.certificateName}` };
    case "openshift":
      return { "service.beta.openshift.io/inject-cabundle": "true" };
    case "operator":
    case "secret":
      return {};
    default:
      return certificate satisfies never;
  }
}
