// docs/api.md, from the contract itself.
import { describeContract, type FieldDescription } from "./describe-field.js";
import { CATEGORIES, GROUP, KIND, PLURAL, SHORT_NAMES, VERSION } from "./v1alpha1/job.js";

/** The reference page of the API as Markdown. */
export function renderApiDocs(): string {
  const sections = describeContract().flatMap((field) => section(field, 2));
  return `${[
    `# The API: \`${GROUP}/${VERSION}\` \`${KIND}\``,
    "",
    "<!-- Generated from src/api by `npm run docs`: change the schemas, not this page. -->",
    "",
    `Plural \`${PLURAL}\`, short names ${SHORT_NAMES.map(code).join(", ")}, category ${CATEGORIES.map(code).join(", ")}.`,
    "`nbv explain FIELD.PATH` shows the same in a terminal, `nbv check FILE…` judges manifests by it.",
    "",
    "*Default* is filled in by the API server and never changes. *When unset* is what the operator takes, and may be",
    "configured or improve between versions. **Bold** fields are required. **Not yet**: the field is kept, and has no effect in",
    "this version; what happens instead is said beside it.",
    "",
    ...sections,
  ].join("\n")}\n`;
}

function section(field: FieldDescription, depth: number): string[] {
  const title = `${"#".repeat(Math.min(depth, 6))} ${code(field.path)}`;
  const rules = field.rules.length === 0 ? [] : ["Rules:", "", ...field.rules.map((rule) => `- ${escaped(rule)}`), ""];
  const rows = field.children.map(row);
  return [
    title,
    "",
    ...(field.description === "" ? [] : [escaped(field.description), ""]),
    ...rules,
    "| field | type | unset | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
    ...field.children.filter((child) => child.children.length > 0).flatMap((child) => section(child, depth + 1)),
  ];
}

function row(field: FieldDescription): string {
  const name = field.required ? `**${code(field.name)}**` : code(field.name);
  const type = field.allowed === undefined ? escaped(field.type) : allowedText(field);
  const unset =
    field.default !== undefined
      ? code(JSON.stringify(field.default))
      : field.operatorDefault === undefined
        ? ""
        : escaped(field.operatorDefault);
  const limits = field.limits.filter((limit) => !/characters|^at (least|most) -?[0-9]+$/.test(limit));
  const notes = limits.map((note) => ` ${escaped(sentence(note))}`).join("");
  const notYet = field.notYet === undefined ? "" : ` **Not yet**: ${escaped(sentence(field.notYet))}`;
  return `| ${name} | ${type} | ${unset} | ${escaped(field.description)}${notes}${notYet} |`;
}

function allowedText(field: FieldDescription): string {
  const values = (field.allowed ?? []).map((value) => (value === "" ? '`""`' : code(value))).join(", ");
  return field.type.startsWith("list") ? `list of: ${values}` : values;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Text that is no table cell's end and no HTML. */
function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
