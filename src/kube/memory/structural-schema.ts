import { cloneJson, isJsonObject, own, put } from "../json.js";

/** The parts of a CRD's structural schema that the embedded server acts on. */
export interface StructuralSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly allOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "granular" | "atomic";
}

/** The schema of a field, whether declared by name or by `additionalProperties`; `undefined` when there is none. */
export function schemaOfField(schema: StructuralSchema, field: string): StructuralSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, field)) return schema.properties[field];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** Removes, in place, the fields that the schema does not know. */
export function prune(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) prune(item, schema.items);
  } else if (isJsonObject(value)) {
    for (const field of Object.keys(value)) {
      const known = schemaOfField(schema, field);
      if (known !== undefined) prune(value[field], known);
      else if (schema["x-kubernetes-embedded-resource"] && EMBEDDED.has(field)) continue;
      else if (!schema["x-kubernetes-preserve-unknown-fields"] && schema.additionalProperties !== true)
        delete value[field];
    }
  }
}

const EMBEDDED: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** Fills in, in place, the defaults of missing fields, and of fields that are `null` without being nullable. */
export function setDefaults(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) setDefaults(item, schema.items);
  } else if (isJsonObject(value)) {
    for (const [field, known] of Object.entries(schema.properties ?? {})) {
      if (known.default === undefined) continue;
      const present = own(value, field);
      if (present === undefined || (present === null && !known.nullable)) put(value, field, cloneJson(known.default));
    }
    for (const field of Object.keys(value)) {
      const known = schemaOfField(schema, field);
      if (known !== undefined) setDefaults(value[field], known);
    }
  }
}
