import { KIND, type NotebookValidationJob, parseJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { checkManifest } from "./check-manifest.js";
import { readInput } from "./read-input.js";
import { readYaml } from "./yaml-document.js";

/**
 * The one job of a manifest, for what it asks of notebooks.
 * @throws UserError with the messages of `nbv check` when it is not valid, and unless it is one
 */
export async function readLintJob(file: string): Promise<NotebookValidationJob> {
  const text = await readInput(file);
  const where = checkManifest(text, file)
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === "error")
    .map(({ line, column, field, message }) => `${file}:${line}:${column}: ${field} ${message}`);
  if (where.length > 0)
    throw new UserError({ what: `${file}: is not a valid ${KIND}`, where, fix: `nbv check ${file}` });
  const jobs = readYaml(text, file).flatMap(({ value }) => {
    const parsed = (value as { kind?: unknown }).kind === KIND ? parseJob(value) : undefined;
    return parsed?.ok === true ? [parsed.job] : [];
  });
  const [job] = jobs;
  if (job === undefined || jobs.length > 1) {
    throw new UserError({
      what: `${file}: holds ${jobs.length} jobs, and --job takes one`,
      fix: "name a file with one",
    });
  }
  return job;
}
