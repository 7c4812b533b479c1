import type { KubernetesObject, Resource } from "../../src/kube/index.js";
import type { CustomResource } from "../../src/kube/memory/index.js";

/** A custom resource that has everything the contract is about. */
export interface Gadget extends KubernetesObject {
  spec: {
    size?: number;
    color?: "red" | "green";
    mode?: string;
    labels?: Record<string, string>;
    tags?: string[];
    parts?: { name: string; weight?: number; unit?: string }[];
    options?: { level?: string; limit?: number };
    [unknown: string]: unknown;
  };
  status?: {
    phase?: string;
    seen?: number;
    conditions?: { type: string; status: string; message?: string }[];
    [unknown: string]: unknown;
  };
}

export const GADGETS: Resource<Gadget> = {
  group: "test.mlops.dev",
  version: "v1",
  kind: "Gadget",
  plural: "gadgets",
  namespaced: true,
};

const text = { type: "string" };

export const GADGET_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.test.mlops.dev" },
  spec: {
    group: GADGETS.group,
    scope: "Namespaced",
    names: { kind: GADGETS.kind, listKind: "GadgetList", plural: GADGETS.plural, singular: "gadget" },
    versions: [
      {
        name: GADGETS.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        selectableFields: [{ jsonPath: ".spec.color" }, { jsonPath: ".status.phase" }],
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                "x-kubernetes-validations": [
                  { rule: "!has(self.size) || self.size != 13", message: "13 is an unlucky size" },
                ],
                properties: {
                  size: { type: "integer", minimum: 0, maximum: 100 },
                  color: { type: "string", enum: ["red", "green"] },
                  mode: { type: "string", default: "plain" },
                  labels: { type: "object", additionalProperties: text },
                  tags: { type: "array", items: text, "x-kubernetes-list-type": "set" },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: text, weight: { type: "integer" }, unit: { type: "string", default: "g" } },
                    },
                  },
                  options: {
                    type: "object",
                    properties: { level: { type: "string", default: "low" }, limit: { type: "integer" } },
                  },
                },
              },
              status: {
                type: "object",
                properties: {
                  phase: text,
                  seen: { type: "integer" },
                  conditions: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                    items: {
                      type: "object",
                      required: ["type", "status"],
                      properties: { type: text, status: text, message: text },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** The same for the embedded server, with the CEL rule's twin. */
export const GADGET: CustomResource = {
  definition: GADGET_DEFINITION,
  validate: (object) => {
    const spec = object["spec"] as Gadget["spec"];
    return spec.size === 13 ? [{ field: "spec", message: 'Invalid value: "object": 13 is an unlucky size' }] : [];
  },
};
