import { type Command, Option } from "commander";
import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { type AccessOptions, withAccessOptions } from "./access-options.js";
import type { ClusterAccess } from "./cluster-access.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, palette, print, printable, serialize } from "./output.js";
import { programName } from "./program-name.js";

interface Options extends AccessOptions {
  readonly resetCount?: boolean;
  readonly watch?: boolean;
  readonly output: OutputFormat;
}

/** How long the operator's answer is waited for, in milliseconds. */
const ANSWER_MS = 10_000;

/** `nbv retry JOB` */
export function register(program: Command): void {
  withAccessOptions(program.command("retry"))
    .summary("start one more attempt of a job that failed")
    .description(
      "Starts one more attempt of a job that failed, or that waits for its next one: at once, and even if all its " +
        "retries are spent. The same as the annotations mlops.dev/retry-requested and mlops.dev/retry-reset-count.\n" +
        "Exit code: 0 the attempt begins, or is asked for; 1 the job can't be retried now, or (with --watch) failed " +
        "again; 2 it does not exist or the cluster can't be asked.",
    )
    .argument("<job>", "name of the job")
    .option("--reset-count", "a new run with all its retries, of what its Git ref names now")
    .addOption(new Option("-w, --watch", "follow the job until its run has ended"))
    .addOption(outputOption())
    .action(async (job: string, options: Options) => {
      process.exitCode = await retry(job, options);
    });
}

async function retry(name: string, options: Options): Promise<ExitCode> {
  const { withCluster } = await import("./cluster-access.js");
  return withCluster(options, (access) => ask(access, name, options));
}

async function ask(access: ClusterAccess, name: string, options: Options): Promise<ExitCode> {
  const { requestRetry, retryAnswer } = await import("./request-retry.js");
  const { namespace } = access;
  const asked = await requestRetry(access, name, { resetCount: options.resetCount === true, now: Date.now() });
  if (asked.kind === "refused") return refused(access, name, options, asked.why);
  const answered = await answer(access, name, (job) => retryAnswer(job, asked) !== undefined);
  const outcome = answered === undefined ? undefined : retryAnswer(answered, asked);
  if (outcome === "refused") {
    const why = "the operator took the request for one of another time: compare this computer's clock";
    return refused(access, name, options, why);
  }
  if (options.watch === true) return follow(access, name, options, (job) => retryAnswer(job, asked) !== undefined);
  const later = `${programName()} status ${name} -n ${namespace} --watch`;
  const report = { name, namespace, requestedAt: asked.request, outcome: outcome ?? "unanswered" };
  await print(
    options.output !== "text"
      ? serialize(report, options.output)
      : outcome === "granted"
        ? `${namespace}/${name}: ${options.resetCount === true ? "a new run begins" : "it is tried once more"}; follow it: ${later}\n`
        : `A retry of ${namespace}/${name} is asked for. No operator has answered yet; it starts when one does: ${later}\n`,
  );
  return EXIT.yes;
}

async function refused(
  { namespace }: ClusterAccess,
  name: string,
  { output }: Options,
  why: string,
): Promise<ExitCode> {
  if (output !== "text") await print(serialize({ name, namespace, outcome: "refused", message: why }, output));
  else
    process.stderr.write(`${palette(process.stderr).red("refused:")} ${printable(`${namespace}/${name}: ${why}`)}\n`);
  return EXIT.no;
}

/** The job when the operator has answered; `undefined` when it takes its time. */
async function answer(
  { cluster, namespace }: ClusterAccess,
  name: string,
  isAnswered: (job: NotebookValidationJob) => boolean,
) {
  const { watchJob } = await import("./watch-job.js");
  const late = new UserError({ what: "no answer" });
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(late), ANSWER_MS);
  try {
    return await watchJob(cluster, { namespace, name }, () => undefined, stop.signal, isAnswered);
  } catch (error) {
    if (error === late) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  access: ClusterAccess,
  name: string,
  { output }: Options,
  isAnswered: (job: NotebookValidationJob) => boolean,
): Promise<ExitCode> {
  const { followJob } = await import("./follow-job.js");
  const { hasEnded } = await import("./watch-job.js");
  const { jobStory } = await import("./job-story.js");
  const { jobValue } = await import("./status-table.js");
  const job = await followJob(access, name, { isOver: (seen) => isAnswered(seen) && hasEnded(seen) });
  await print(output === "text" ? jobStory(job, Date.now(), process.stdout) : serialize(jobValue(job), output));
  return job.status?.phase === "Failed" ? EXIT.no : EXIT.yes;
}
