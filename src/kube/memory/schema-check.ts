import { equalJson, isJsonObject, own } from "../json.js";
import type { StatusCause } from "../kube-error.js";
import { type StructuralSchema, schemaOfField } from "./structural-schema.js";

/** What the value checks of a structural schema refuse, as the API server would say it. CEL rules are not run. */
export function checkValue(value: unknown, schema: StructuralSchema, path = ""): StatusCause[] {
  const causes: StatusCause[] = [];
  check(value, schema, path, causes);
  return causes;
}

function check(value: unknown, schema: StructuralSchema, path: string, causes: StatusCause[]): void {
  const invalid = (problem: string): void => {
    causes.push({ field: path, message: `Invalid value: ${brief(value)}: ${problem}`, reason: "FieldValueInvalid" });
  };
  if (value === null && schema.nullable) return;
  const type = typeProblem(value, schema);
  if (type !== undefined) {
    causes.push({ field: path, message: `Invalid value: ${brief(value)}: ${type}`, reason: "FieldValueTypeInvalid" });
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => equalJson(allowed, value))) {
    const allowed = schema.enum.map((option) => JSON.stringify(option)).join(", ");
    causes.push({
      field: path,
      message: `Unsupported value: ${brief(value)}: supported values: ${allowed}`,
      reason: "FieldValueNotSupported",
    });
  }
  for (const branch of schema.allOf ?? []) check(value, branch, path, causes);
  const fits = (branch: StructuralSchema): boolean => checkValue(value, branch, path).length === 0;
  if (schema.anyOf !== undefined && !schema.anyOf.some(fits)) invalid("must validate at least one schema (anyOf)");
  if (schema.oneOf !== undefined && schema.oneOf.filter(fits).length !== 1) {
    invalid("must validate one and only one schema (oneOf)");
  }
  if (schema.not !== undefined && fits(schema.not)) invalid("must not validate the schema (not)");
  if (typeof value === "string") checkString(value, schema, invalid);
  else if (typeof value === "number") checkNumber(value, schema, invalid);
  else if (Array.isArray(value)) checkList(value, schema, path, causes, invalid);
  else if (isJsonObject(value)) checkObject(value, schema, path, causes, invalid);
}

function typeProblem(value: unknown, schema: StructuralSchema): string | undefined {
  if (schema["x-kubernetes-int-or-string"]) {
    return typeof value === "string" || Number.isInteger(value) ? undefined : "must be an integer or a string";
  }
  const holds = { string: typeof value === "string", boolean: typeof value === "boolean" } as Record<string, boolean>;
  switch (schema.type) {
    case undefined:
      return undefined;
    case "object":
      return isJsonObject(value) ? undefined : `must be of type object: ${brief(value)}`;
    case "array":
      return Array.isArray(value) ? undefined : `must be of type array: ${brief(value)}`;
    case "integer":
      return Number.isInteger(value) ? undefined : `must be of type integer: ${brief(value)}`;
    case "number":
      return typeof value === "number" ? undefined : `must be of type number: ${brief(value)}`;
    default:
      return holds[schema.type] === false ? `must be of type ${schema.type}: ${brief(value)}` : undefined;
  }
}

function checkString(value: string, schema: StructuralSchema, invalid: (problem: string) => void): void {
  const length = [...value].length;
  if (length < (schema.minLength ?? 0)) invalid(`should be at least ${schema.minLength} chars long`);
  if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
    invalid(`may not be more than ${schema.maxLength} bytes`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) {
    invalid(`should match '${schema.pattern}'`);
  }
  if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) invalid("must be of type date-time");
}

function checkNumber(value: number, schema: StructuralSchema, invalid: (problem: string) => void): void {
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    invalid(`should be greater than ${schema.exclusiveMinimum ? "" : "or equal to "}${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    invalid(`should be less than ${schema.exclusiveMaximum ? "" : "or equal to "}${maximum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    invalid(`should be a multiple of ${multipleOf}`);
}

function checkList(
  value: readonly unknown[],
  schema: StructuralSchema,
  path: string,
  causes: StatusCause[],
  invalid: (problem: string) => void,
): void {
  if (value.length < (schema.minItems ?? 0)) invalid(`should have at least ${schema.minItems} items`);
  if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY))
    invalid(`must have at most ${schema.maxItems} items`);
  const items = schema.items;
  if (items !== undefined) value.forEach((item, index) => check(item, items, `${path}[${index}]`, causes));
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const unique = schema["x-kubernetes-list-type"];
  if (unique !== "map" && unique !== "set") return;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const identity = JSON.stringify(
      unique === "set" ? item : keys.map((key) => (isJsonObject(item) ? own(item, key) : undefined)),
    );
    if (seen.has(identity)) {
      causes.push({
        field: `${path}[${index}]`,
        message: `Duplicate value: ${identity}`,
        reason: "FieldValueDuplicate",
      });
    }
    seen.add(identity);
  });
}

function checkObject(
  value: Record<string, unknown>,
  schema: StructuralSchema,
  path: string,
  causes: StatusCause[],
  invalid: (problem: string) => void,
): void {
  const fields = Object.keys(value);
  if (fields.length < (schema.minProperties ?? 0)) invalid(`should have at least ${schema.minProperties} properties`);
  if (fields.length > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) {
    invalid(`must have at most ${schema.maxProperties} properties`);
  }
  const at = (field: string): string => (path === "" ? field : `${path}.${field}`);
  for (const field of schema.required ?? []) {
    if (own(value, field) === undefined) {
      causes.push({ field: at(field), message: "Required value", reason: "FieldValueRequired" });
    }
  }
  for (const field of fields) {
    const known = schemaOfField(schema, field);
    if (known !== undefined) check(value[field], known, at(field), causes);
  }
}

function brief(value: unknown): string {
  if (Array.isArray(value)) return '"array"';
  if (isJsonObject(value)) return '"object"';
  const text = JSON.stringify(value) ?? "null";
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
