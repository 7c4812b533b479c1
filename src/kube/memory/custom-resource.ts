import { isJsonObject, type JsonObject, own } from "../json.js";
import type { StatusCause } from "../kube-error.js";
import { subdomainProblem } from "../names.js";
import type { Resource } from "../resource.js";
import type { ResourceDefinition, StoredObject } from "./definition.js";
import type { CustomResource } from "./memory-options.js";
import { rulesOfSchema } from "./merge-rules.js";
import { checkValue } from "./schema-check.js";
import { prune, type StructuralSchema, setDefaults } from "./structural-schema.js";

/** The parts of an `apiextensions.k8s.io/v1` CustomResourceDefinition that are read. */
interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced" | "Cluster";
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly storage: boolean;
      readonly schema?: { readonly openAPIV3Schema?: StructuralSchema };
      readonly subresources?: { readonly status?: object };
      readonly selectableFields?: readonly { readonly jsonPath: string }[];
    }[];
  };
}

/** @throws TypeError when the definition has no such version */
export function defineCustomResource(custom: CustomResource): ResourceDefinition {
  const { spec } = custom.definition as CustomResourceDefinition;
  const version = spec.versions.find((each) =>
    custom.version === undefined ? each.storage : each.name === custom.version,
  );
  if (version === undefined)
    throw new TypeError(`${spec.names.plural}.${spec.group} has no version ${custom.version ?? ""}`);
  const resource: Resource = {
    group: spec.group,
    version: version.name,
    kind: spec.names.kind,
    plural: spec.names.plural,
    namespaced: spec.scope === "Namespaced",
  };
  const schema = version.schema?.openAPIV3Schema;
  const hasStatus = version.subresources?.status !== undefined;
  return {
    resource,
    hasStatus,
    hasGeneration: true,
    unconditionalReplace: false,
    rules: rulesOfSchema(schema),
    nameProblem: subdomainProblem,
    selectableFields: new Map(
      (version.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.replace(/^\./, ""), fieldReader(jsonPath)]),
    ),
    prepare: (object, old) => {
      if (hasStatus && old === undefined) delete object["status"];
      if (schema !== undefined) withSchemaPart(object, schema, (part) => prune(part, schema));
      if (schema !== undefined) setDefaults(object, { ...schema, properties: contentOf(schema) });
      return custom.setDefaults?.(object) ?? object;
    },
    validate: (object, old) => {
      const causes: StatusCause[] =
        schema === undefined ? [] : checkValue(object, { ...schema, properties: contentOf(schema) });
      if (causes.length > 0) return causes; // CEL rules run on well-typed objects only
      return (custom.validate?.(object, old) ?? []).map((cause) =>
        typeof cause === "string" ? { message: cause } : cause,
      );
    },
    gracePeriod: () => 0,
  };
}

/** Properties of the root without apiVersion, kind and metadata, which have rules of their own. */
function contentOf(schema: StructuralSchema): Readonly<Record<string, StructuralSchema>> {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...content } = schema.properties ?? {};
  return content;
}

function withSchemaPart(object: JsonObject, schema: StructuralSchema, change: (part: JsonObject) => void): void {
  const part: JsonObject = {};
  for (const field of Object.keys(object)) if (!IDENTITY.has(field)) part[field] = object[field];
  const fields = Object.keys(part);
  if (schema["x-kubernetes-preserve-unknown-fields"] === undefined || schema.properties !== undefined) change(part);
  for (const field of fields) if (!Object.hasOwn(part, field)) delete object[field];
}

const IDENTITY: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function fieldReader(jsonPath: string): (object: StoredObject) => string {
  const names = jsonPath.split(".").filter((name) => name !== "");
  return (object) => {
    let value: unknown = object;
    for (const name of names) value = isJsonObject(value) ? own(value, name) : undefined;
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  };
}
