import { KIND, type NotebookValidationJob, parseJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { GIT_FIELD, invalidManifest, manifestProblems } from "./manifest-problems.js";
import { counted } from "./output.js";
import { inputName, readInput } from "./read-input.js";
import { withLocalSource } from "./with-local-source.js";
import { readYaml } from "./yaml-document.js";

/**
 * The one job of the manifest that `--job` names, for what it asks of notebooks. It needs no repository: nothing is
 * fetched.
 * @throws UserError with the messages of `nbv check` when it is not valid, and unless it is one
 */
export async function readNamedJob(file: string): Promise<NotebookValidationJob> {
  const name = inputName(file);
  const text = await readInput(file);
  const problems = manifestProblems(text, name).filter(({ field }) => field !== GIT_FIELD);
  if (problems.length > 0) throw invalidManifest(name, problems);
  const jobs = readYaml(text, name).flatMap(({ value }) => {
    if (!isJob(value)) return [];
    const parsed = parseJob(withLocalSource(value, "tree"));
    return parsed.ok ? [parsed.job] : [];
  });
  const [job] = jobs;
  if (job === undefined || jobs.length > 1) {
    const what = `${name}: holds ${jobs.length === 0 ? "no job" : counted(jobs.length, "job")}, and --job takes one`;
    throw new UserError({ what, fix: "name a file with one" });
  }
  return job;
}

function isJob(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === KIND;
}
