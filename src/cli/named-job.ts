import { KIND, type NotebookValidationJob, parseJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { GIT_FIELD, invalidManifest, manifestProblems } from "./manifest-problems.js";
import { counted } from "./output.js";
import { inputName, readInput } from "./read-input.js";
import { withLocalSource } from "./with-local-source.js";
import { readYaml } from "./yaml-document.js";

/** So many names of a manifest's jobs are shown beside the first. */
const MAX_NAMES = 9;

/** Which job of a manifest is meant. */
export interface NamedJobOptions {
  /** Of several jobs the one of this name. */
  readonly job?: string | undefined;
  /** Who takes one job alone, for people. @default --job */
  readonly taker?: string;
  /** Whether the command has an option `--job NAME`, which messages may point to. @default false */
  readonly hasJobOption?: boolean;
  /** Keep the job's own Git source, with its credentials' name, where it has one. @default false */
  readonly keepsGit?: boolean;
}

/**
 * The one job of a manifest, for what it asks of notebooks. It needs no repository: nothing is fetched.
 * @throws UserError with the messages of `nbv check` when it is not valid, and unless it is one
 */
export async function readNamedJob(file: string, options: NamedJobOptions = {}): Promise<NotebookValidationJob> {
  const { job: wanted, taker = "--job", hasJobOption = false, keepsGit = false } = options;
  const name = inputName(file);
  const text = await readInput(file);
  const problems = manifestProblems(text, name).filter(({ field }) => field !== GIT_FIELD);
  if (problems.length > 0) throw invalidManifest(name, problems);
  const all = readYaml(text, name).flatMap(({ value }) => {
    if (!isJob(value)) return [];
    const asItIs = keepsGit ? parseJob(value) : undefined;
    const parsed = asItIs?.ok === true ? asItIs : parseJob(withLocalSource(value, "tree"));
    return parsed.ok ? [parsed.job] : [];
  });
  const jobs = all.filter(({ metadata }) => wanted === undefined || metadata.name === wanted);
  const [job] = jobs;
  if (job === undefined || jobs.length > 1) {
    const found = jobs.length === 0 ? "no job" : counted(jobs.length, "job");
    const named = wanted === undefined ? "" : ` named ${wanted}`;
    throw new UserError({
      what: `${name}: holds ${found}${named}, and ${taker} takes one`,
      fix: (hasJobOption ? choiceOf(all) : undefined) ?? "name a file with one",
    });
  }
  return job;
}

/** How one of the jobs is chosen; `undefined` where their names don't tell them apart. */
function choiceOf(jobs: readonly NotebookValidationJob[]): string | undefined {
  const names = jobs.map(({ metadata }) => metadata.name).filter((name) => name !== "");
  const [first, ...others] = names;
  if (first === undefined || new Set(names).size < jobs.length) return undefined;
  const shown = others.slice(0, MAX_NAMES);
  const more = others.length > shown.length ? ["…"] : [];
  return `--job ${first}${others.length === 0 ? "" : ` (or ${[...shown, ...more].join(", ")})`}`;
}

function isJob(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === KIND;
}
