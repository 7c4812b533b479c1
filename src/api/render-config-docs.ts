// docs/configuration.md, from the schema of the operator-wide configuration itself.
import { z } from "zod";
import { OPERATOR_NAMESPACE } from "./labels.js";
import { OperatorConfig, parseOperatorConfig } from "./operator-config.js";
import { CONFIG_MAP_NAME } from "./permissions.js";
import { nodeOf } from "./schema/node.js";
import { Resources } from "./v1alpha1/resources.js";
import { OPERATOR_IMAGE } from "./version.js";

type Schema = z.core.$ZodType;

/** The reference page of the operator-wide configuration as Markdown. */
export function renderConfigDocs(): string {
  const fields = fieldsOf(OperatorConfig);
  const plain = fields.filter(({ schema }) => sectionOf(schema) === undefined);
  const defaults = parseOperatorConfig({});
  return `${[
    "# The operator-wide configuration",
    "",
    "<!-- Generated from src/api/operator-config.ts by `npm run docs`: change the schema, not this page. -->",
    "",
    `What is decided once per cluster and not per job: one YAML document, key \`config.yaml\` of ConfigMap \`${CONFIG_MAP_NAME}\` in`,
    `namespace \`${OPERATOR_NAMESPACE}\`, which the operator reads by \`--config\`. Every field may be left out. Unknown fields and`,
    "wrong values are refused with file, line and what would be right; the operator does not start with them.",
    "A changed ConfigMap makes the running operator stop in order and start anew with it, about a minute later: see",
    "[operations.md](operations.md#configure).",
    "",
    "Durations are written as in Go: `90s`, `15m`, `1h30m`. What a job says for itself wins over a default from here.",
    "",
    ...table(plain, defaults),
    "",
    ...fields.flatMap(({ name, schema, description }) => {
      const section = sectionOf(schema);
      if (section === undefined) return [];
      const values = (defaults as Readonly<Record<string, unknown>>)[name];
      return [`## \`${name}\``, "", description, "", ...table(fieldsOf(section), values), ""];
    }),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly description: string;
}

function fieldsOf(object: z.ZodObject): Field[] {
  return Object.entries(object.shape as Record<string, Schema>).map(([name, schema]) => ({
    name,
    schema,
    description: descriptionOf(schema),
  }));
}

function table(fields: readonly Field[], defaults: unknown): string[] {
  const values = (defaults ?? {}) as Readonly<Record<string, unknown>>;
  return [
    "| field | type | default | meaning |",
    "|---|---|---|---|",
    ...fields.map(({ name, schema, description }) => {
      return `| \`${name}\` | ${typeText(innermost(schema))} | ${defaultText(values[name])} | ${escaped(description)} |`;
    }),
  ];
}

/** A part with fields of its own; resources are documented with the API. */
function sectionOf(schema: Schema): z.ZodObject | undefined {
  const inner = innermost(schema);
  return inner instanceof z.ZodObject && inner !== innermost(Resources) ? inner : undefined;
}

function typeText(schema: Schema): string {
  const node = nodeOf(schema);
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(", ");
  if (schema instanceof z.ZodObject) return "[resources](api.md)";
  if (node?.items !== undefined) return `list of ${typeText(innermost(node.items))}s`;
  if (node?.values !== undefined) return `map of ${typeText(innermost(node.values))}s`;
  return node?.words ?? "string";
}

function defaultText(value: unknown): string {
  if (value === undefined) return "";
  if (value === OPERATOR_IMAGE) return "the operator's own image";
  return `\`${JSON.stringify(value)}\``;
}

function descriptionOf(schema: Schema): string {
  for (let at = schema; ; at = at._zod.def.innerType as Schema) {
    const said = at instanceof z.ZodType ? at.description : undefined;
    if (said !== undefined) return said;
    if (!("innerType" in at._zod.def)) return "";
  }
}

function innermost(schema: Schema): Schema {
  let at = schema;
  while ("innerType" in at._zod.def) at = at._zod.def.innerType as Schema;
  return at;
}

/** Text that is no table cell's end and no HTML. */
function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
