import { Argument, type Command } from "commander";
import { UserError } from "../api/user-error.js";
import type { CheckedDocument } from "./check-manifest.js";
import { EXIT } from "./exit-code.js";
import { counted, type OutputFormat, outputOption, palette, print, printable, serialize } from "./output.js";

/** `nbv check FILE…` */
export function register(program: Command): void {
  program
    .command("check")
    .summary("validate NotebookValidationJob manifests as the operator would")
    .description(
      "Validates NotebookValidationJob manifests: schema, cross-field rules, unknown fields with suggestions.\n" +
        "Reads YAML (several documents, anchors, merge keys) and JSON. Objects of other kinds are skipped.\n" +
        "Exit code: 0 all jobs are valid, 1 a job is not, 2 an input can't be read or holds no job.",
    )
    .addArgument(new Argument("<file...>", "manifests; - reads stdin"))
    .addOption(outputOption())
    .action(async (files: string[], options: { output: OutputFormat }) => {
      process.exitCode = await check(files, options.output);
    });
}

async function check(files: readonly string[], format: OutputFormat): Promise<number> {
  const { checkManifest } = await import("./check-manifest.js");
  const { readInput } = await import("./read-input.js");
  const documents: CheckedDocument[] = [];
  const unreadable: { file: string; message: string }[] = [];
  for (const file of files) {
    try {
      documents.push(...checkManifest(await readInput(file), file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push({ file, message: error.what });
    }
  }
  const jobs = documents.filter((document) => document.verdict !== "skipped");
  const invalid = jobs.filter((document) => document.verdict === "invalid").length;
  const summary = { jobs: jobs.length, valid: jobs.length - invalid, invalid, skipped: documents.length - jobs.length };
  if (format === "text") await printText(documents, summary);
  else await print(serialize({ documents, unreadable, summary }, format));
  const { red } = palette(process.stderr);
  for (const { message } of unreadable) process.stderr.write(`${red("error:")} ${printable(message)}\n`);
  return unreadable.length > 0 ? EXIT.unusable : invalid > 0 ? EXIT.no : EXIT.yes;
}

async function printText(
  documents: readonly CheckedDocument[],
  summary: { jobs: number; valid: number; invalid: number },
): Promise<void> {
  const { red, yellow, green, bold, dim } = palette(process.stdout);
  const lines: string[] = [];
  for (const { file, line, kind, name, verdict, findings } of documents) {
    for (const finding of findings) {
      const place = `${printable(file)}:${finding.line}:${finding.column}`;
      const severity = finding.severity === "error" ? red("error") : yellow("warning");
      // As the webhook says it: errors are sentences about the field, warnings name it.
      const said = finding.severity === "error" ? finding.field : `${finding.field}:`;
      lines.push(`${bold(place)}: ${severity}: ${printable(`${said} ${finding.message}`.trim())}`);
    }
    const title = `${printable(file)}:${line}: ${printable([kind, name].filter((word) => word !== "").join(" "))}`;
    if (verdict === "valid") lines.push(`${title}: ${green("valid")}`);
    if (verdict === "invalid") lines.push(`${title}: ${red("invalid")}`);
    if (verdict === "skipped") lines.push(dim(`${title}: skipped, not a NotebookValidationJob`));
  }
  if (summary.jobs > 1)
    lines.push(`${counted(summary.jobs, "job")}: ${summary.valid} valid, ${summary.invalid} invalid`);
  if (lines.length > 0) await print(`${lines.join("\n")}\n`);
}
