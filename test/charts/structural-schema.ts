/** As much of a CRD's schema as decides whether an object fits it. */
export interface StructuralSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** What a strict API server would say about a value: unknown fields, wrong types, missing fields, foreign enum values. */
export function misfits(schema: StructuralSchema, value: unknown, path: string): string[] {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || Number.isInteger(value) ? [] : [`${path}: neither integer nor string`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [`${path}: not one of ${schema.enum.join(", ")}`];
  switch (schema.type) {
    case "object":
      return isRecord(value) ? objectMisfits(schema, value, path) : [`${path}: not an object`];
    case "array":
      if (!Array.isArray(value)) return [`${path}: not a list`];
      return value.flatMap((item, index) => (schema.items ? misfits(schema.items, item, `${path}[${index}]`) : []));
    case "integer":
      return Number.isInteger(value) ? [] : [`${path}: not an integer`];
    case "number":
    case "string":
    case "boolean":
      if (typeof value !== schema.type) return [`${path}: not a ${schema.type}`];
      if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value)))
        return [`${path}: not ${schema.pattern}`];
      return [];
    default:
      return [];
  }
}

function objectMisfits(schema: StructuralSchema, value: Record<string, unknown>, path: string): string[] {
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path}.${name}: missing`);
  const wrong = Object.entries(value).flatMap(([name, inner]) => {
    const known = schema.properties?.[name];
    if (known !== undefined) return misfits(known, inner, `${path}.${name}`);
    if (typeof schema.additionalProperties === "object")
      return misfits(schema.additionalProperties, inner, `${path}.${name}`);
    const open = schema.additionalProperties === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
    return open ? [] : [`${path}.${name}: unknown field`];
  });
  return [...missing, ...wrong];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
