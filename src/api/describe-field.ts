// What people can be told about a field, read from the contract itself.
import { z } from "zod";
import { FIELDS_WITHOUT_EFFECT } from "./fields-without-effect.js";
import { fieldText, nearest } from "./problem.js";
import { checksOf, type JsonValue, nodeOf, type StructuralSchema } from "./schema/node.js";
import { ruleOf } from "./schema/rule.js";
import { structuralSchema } from "./structural.js";
import { NotebookValidationJobSpec } from "./v1alpha1/spec.js";
import { NotebookValidationJobStatus } from "./v1alpha1/status/status.js";

/** A field as `nbv explain` and docs/api.md show it. */
export interface FieldDescription {
  /** `spec.podConfig.env[].name`; `[]` = an item of a list, `{}` = an entry of a map. */
  readonly path: string;
  readonly name: string;
  /** `string`, `list of objects`, `duration such as …`. */
  readonly type: string;
  readonly description: string;
  readonly required: boolean;
  /** Filled in by the API server. */
  readonly default?: JsonValue;
  /** What the operator takes where the field is unset, in words. */
  readonly operatorDefault?: string;
  /** What happens instead of what the field promises, as long as this version does not act on it. */
  readonly notYet?: string;
  readonly allowed?: readonly string[];
  /** Limits in words: `at most 64 items`. */
  readonly limits: readonly string[];
  /** Cross-field rules in words. */
  readonly rules: readonly string[];
  readonly example?: JsonValue;
  readonly children: readonly FieldDescription[];
}

/** The whole contract: `spec` and `status`. */
export function describeContract(): readonly FieldDescription[] {
  return [
    describe(NotebookValidationJobSpec.describe("What is asked for."), "spec", "spec", true),
    describe(NotebookValidationJobStatus.describe("What the operator reports."), "status", "status", false),
  ];
}

export type FoundField =
  | { readonly found: true; readonly field: FieldDescription }
  | {
      readonly found: false;
      readonly parent: string;
      readonly step: string;
      readonly suggestion?: string;
      readonly known: readonly string[];
    };

/**
 * The field at a path such as `spec.podConfig.env.name`; indexes and brackets are allowed and mean nothing, and
 * paths may begin below `spec`.
 */
export function findField(path: string): FoundField {
  const steps = path
    .replaceAll(/\[[^\]]*\]|\{\}/g, "")
    .split(".")
    .filter((step) => step !== "");
  const root = describeContract();
  const [spec] = root;
  const below = spec?.children.some((child) => child.name === steps[0]) === true;
  let at: FieldDescription | undefined;
  for (const step of steps[0] === "spec" || steps[0] === "status" || !below ? steps : ["spec", ...steps]) {
    const children = at === undefined ? root : at.children;
    const next = children.find((child) => child.name === step);
    if (next === undefined) {
      const known = children.map((child) => child.name);
      const suggestion = nearest(step, known);
      return { found: false, parent: at?.path ?? "", step, known, ...(suggestion === undefined ? {} : { suggestion }) };
    }
    at = next;
  }
  if (at !== undefined) return { found: true, field: at };
  return {
    found: true,
    field: {
      path: "",
      name: "",
      type: "object",
      description: "",
      required: true,
      limits: [],
      rules: [],
      children: root,
    },
  };
}

function describe(schema: z.core.$ZodType, path: string, name: string, required: boolean): FieldDescription {
  const inner = innermost(schema);
  const structural = structuralSchema(schema, path);
  const meta = schema instanceof z.ZodType ? schema.meta() : undefined;
  const node = nodeOf(inner);
  const item = node?.items ?? node?.values;
  const suffix = node?.items !== undefined ? "[]" : node?.values !== undefined ? "{}" : "";
  const itemInner = item === undefined ? undefined : innermost(item);
  const holder = inner instanceof z.ZodObject ? inner : itemInner instanceof z.ZodObject ? itemInner : undefined;
  return {
    path,
    name,
    type: typeText(inner, structural),
    description: structural.description ?? "",
    required,
    ...(structural.default === undefined ? {} : { default: structural.default }),
    ...(typeof meta?.operatorDefault === "string" ? { operatorDefault: meta.operatorDefault } : {}),
    ...notYet(path),
    ...allowedOf(structural),
    limits: limitsOf(structural),
    rules: [...rulesOf(inner), ...(itemInner === undefined ? [] : rulesOf(itemInner))],
    ...(node?.example === undefined ? {} : { example: node.example }),
    children: holder === undefined ? [] : childrenOf(holder, `${path}${holder === inner ? "" : suffix}`),
  };
}

function notYet(path: string): { notYet?: string } {
  const row = FIELDS_WITHOUT_EFFECT.find((field) => fieldText(field.path) === path);
  return row === undefined ? {} : { notYet: row.instead };
}

function childrenOf(object: z.ZodObject, path: string): FieldDescription[] {
  return Object.entries(object.shape as Record<string, z.core.$ZodType>).map(([name, child]) =>
    describe(child, `${path}.${name}`, name, child._zod.optin === undefined),
  );
}

function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  while ("innerType" in at._zod.def) at = at._zod.def.innerType as z.core.$ZodType;
  return at;
}

function typeText(schema: z.core.$ZodType, structural: StructuralSchema): string {
  const node = nodeOf(schema);
  if (schema instanceof z.ZodObject) return "object";
  if (node?.items !== undefined) return `list of ${plural(typeText(innermost(node.items), structural.items ?? {}))}`;
  if (node?.values !== undefined) {
    return `map of ${plural(typeText(innermost(node.values), structural.additionalProperties ?? {}))}`;
  }
  if (structural.enum !== undefined) return "string";
  return node?.words ?? structural.type ?? "any value";
}

function plural(type: string): string {
  if (type.endsWith("y") && !type.includes(" ")) return `${type.slice(0, -1)}ies`;
  return /^[A-Za-z0-9]+( [a-z]+)?$/.test(type) ? `${type}s` : `(${type})`;
}

function allowedOf(structural: StructuralSchema): { allowed?: readonly string[] } {
  const values = structural.enum ?? structural.items?.enum;
  return values === undefined ? {} : { allowed: values.map(String) };
}

function limitsOf({
  type,
  minItems,
  maxItems,
  maxProperties,
  maxLength,
  minimum,
  maximum,
}: StructuralSchema): string[] {
  return [
    ...(minItems === undefined ? [] : [`at least ${minItems} items`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems} items`]),
    ...(maxProperties === undefined ? [] : [`at most ${maxProperties} entries`]),
    ...(maxLength === undefined || type !== "string" ? [] : [`at most ${maxLength} characters`]),
    ...(minimum === undefined || type === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
  ];
}

function rulesOf(schema: z.core.$ZodType): string[] {
  return checksOf(schema).flatMap((check) => {
    const rule = ruleOf(check);
    if (rule === undefined) return [];
    const message = rule.summary ?? (typeof rule.message === "string" ? rule.message : undefined);
    if (message === undefined) return [];
    return [rule.field === undefined || message.startsWith(rule.field) ? message : `${rule.field} ${message}`];
  });
}
