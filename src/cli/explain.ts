import { Argument, type Command, Option } from "commander";
import type { FieldDescription } from "../api/describe-field.js";
import { UserError } from "../api/user-error.js";
import { type OutputFormat, outputOption, palette, print, serialize } from "./output.js";

/** `nbv explain [FIELD.PATH]` */
export function register(program: Command): void {
  program
    .command("explain")
    .summary("document a field")
    .description(
      "Documents a field of NotebookValidationJob and the fields below it. Without a path: the whole contract's top level.",
    )
    .addArgument(new Argument("[field]", "such as spec.podConfig.buildConfig or spec.validationConfig.level"))
    .addOption(new Option("-r, --recursive", "all fields below, as a tree"))
    .addOption(outputOption())
    .action(async (field: string | undefined, options: { recursive?: boolean; output: OutputFormat }) => {
      await explain(field ?? "", options);
    });
}

async function explain(
  path: string,
  { recursive = false, output }: { recursive?: boolean; output: OutputFormat },
): Promise<void> {
  const { findField } = await import("../api/describe-field.js");
  const found = findField(path);
  if (!found.found) {
    const parent = found.parent === "" ? "NotebookValidationJob" : found.parent;
    const guess =
      found.suggestion === undefined
        ? undefined
        : [found.parent, found.suggestion].filter((part) => part !== "").join(".");
    throw new UserError({
      what: `${parent} has no field ${found.step}${guess === undefined ? "" : `; did you mean ${guess}?`}`,
      ...(found.known.length === 0 ? {} : { fix: `fields of ${parent}: ${found.known.join(", ")}` }),
    });
  }
  if (output !== "text") {
    await print(serialize(recursive ? found.field : withoutGrandchildren(found.field), output));
    return;
  }
  await print(`${text(found.field, recursive).join("\n")}\n`);
}

function withoutGrandchildren(field: FieldDescription): unknown {
  return { ...field, children: field.children.map(({ children: _deeper, ...child }) => child) };
}

function text(field: FieldDescription, recursive: boolean): string[] {
  const { bold, dim } = palette(process.stdout);
  const lines = [
    `${bold("GROUP:")}   mlops.mlops.dev`,
    `${bold("KIND:")}    NotebookValidationJob`,
    `${bold("VERSION:")} v1alpha1`,
    "",
  ];
  if (field.path !== "") {
    lines.push(`${bold("FIELD:")}   ${field.path} <${field.type}>${field.required ? " required" : ""}`, "");
    if (field.description !== "") lines.push(...wrap(field.description, 4), "");
    lines.push(...facts(field));
  }
  if (field.children.length > 0) {
    lines.push(bold("FIELDS:"));
    lines.push(...(recursive ? tree(field.children, 2) : field.children.flatMap((child) => summary(child, bold, dim))));
  }
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

function facts(field: FieldDescription): string[] {
  const { bold } = palette(process.stdout);
  const lines: string[] = [];
  if (field.default !== undefined) lines.push(`${bold("DEFAULT:")} ${JSON.stringify(field.default)}`);
  if (field.operatorDefault !== undefined) lines.push(`${bold("WHEN UNSET:")} ${field.operatorDefault}`);
  if (field.notYet !== undefined) lines.push(`${bold("NOT YET:")} has no effect in this version: ${field.notYet}`);
  if (field.allowed !== undefined) lines.push(`${bold("ALLOWED:")} ${allowedText(field.allowed)}`);
  if (field.limits.length > 0) lines.push(`${bold("LIMITS:")} ${field.limits.join(", ")}`);
  if (field.example !== undefined) lines.push(`${bold("EXAMPLE:")} ${JSON.stringify(field.example)}`);
  if (field.rules.length > 0) lines.push(bold("RULES:"), ...field.rules.map((rule) => `  - ${rule}`));
  return lines.length === 0 ? [] : [...lines, ""];
}

function summary(field: FieldDescription, bold: (text: string) => string, dim: (text: string) => string): string[] {
  const unset = whenUnset(field);
  return [
    `  ${bold(field.name)} <${field.type}>${field.required ? " required" : ""}${unset === undefined ? "" : dim(` (default: ${unset})`)}`,
    ...wrap(field.description, 6),
    ...(field.notYet === undefined ? [] : wrap(`Not yet: ${field.notYet}.`, 6)),
    "",
  ];
}

function tree(fields: readonly FieldDescription[], indent: number): string[] {
  return fields.flatMap((field) => [
    `${" ".repeat(indent)}${field.name} <${field.type}>${field.required ? " required" : ""}${briefly(field)}`,
    ...tree(field.children, indent + 2),
  ]);
}

/** What a field of the tree may be, and what it is where nobody says. */
function briefly(field: FieldDescription): string {
  const unset = whenUnset(field);
  const facts = [
    ...(field.allowed === undefined ? [] : [`one of ${allowedText(field.allowed)}`]),
    ...(unset === undefined ? [] : [`default: ${unset}`]),
  ];
  return facts.length === 0 ? "" : ` (${facts.join("; ")})`;
}

function whenUnset(field: FieldDescription): string | undefined {
  return field.default !== undefined ? JSON.stringify(field.default) : field.operatorDefault;
}

function allowedText(allowed: readonly string[]): string {
  return allowed.map((value) => (value === "" ? '""' : value)).join(", ");
}

function wrap(words: string, indent: number, width = 80): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(/\s+/)) {
    if (line !== "" && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.map((wrapped) => " ".repeat(indent) + wrapped);
}
