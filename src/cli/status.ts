import { type Command, Option } from "commander";
import { UserError } from "../api/user-error.js";
import { type AccessOptions, withAccessOptions } from "./access-options.js";
import type { ClusterAccess } from "./cluster-access.js";
import { durationText } from "./duration-option.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

interface Options extends AccessOptions {
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
  readonly timeout?: string;
  readonly output: OutputFormat;
}

/** `nbv status [JOB]` */
export function register(program: Command): void {
  withAccessOptions(program.command("status"))
    .summary("tell how the jobs of a cluster are doing")
    .description(
      "Lists NotebookValidationJobs, or tells the story of one: where it stands, what failed and why, what to do next.\n" +
        "Exit code: 0 for a list, and for a job that succeeded or is still under way (--watch waits for its end); " +
        "1 when the job failed; 2 when it does not exist, the cluster can't be asked, or --timeout is over before its end.",
    )
    .argument("[job]", "name of a job")
    .option("-A, --all-namespaces", "jobs of all namespaces")
    .addOption(new Option("-w, --watch", "follow the job until its run has ended"))
    .option(
      "--timeout <duration>",
      "with --watch: follow it so long at most, such as 30m (default: no limit)",
      durationText,
    )
    .addOption(outputOption())
    .action(async (job: string | undefined, options: Options) => {
      process.exitCode = await status(job, options);
    });
}

async function status(name: string | undefined, options: Options): Promise<ExitCode> {
  if (name !== undefined && options.allNamespaces === true) {
    throw new UserError({ what: "a job's name is of one namespace", fix: "give -n NAMESPACE instead of -A" });
  }
  if (name === undefined && options.watch === true) {
    throw new UserError({ what: "--watch follows one job", fix: "name it; for a list: kubectl get nvj -w" });
  }
  if (options.timeout !== undefined && options.watch !== true) {
    throw new UserError({ what: "--timeout limits how long --watch follows a job", fix: "add --watch" });
  }
  const { withCluster } = await import("./cluster-access.js");
  return withCluster(options, (access) => (name === undefined ? list(access, options) : tell(access, name, options)));
}

async function list({ cluster, namespace }: ClusterAccess, options: Options): Promise<ExitCode> {
  const { listAll, NOTEBOOK_VALIDATION_JOBS } = await import("../kube/index.js");
  const { seenJob } = await import("./seen-job.js");
  const { statusTable, statusValues } = await import("./status-table.js");
  const everywhere = options.allNamespaces === true;
  const { items } = await listAll(cluster, NOTEBOOK_VALIDATION_JOBS, everywhere ? {} : { namespace });
  const jobs = items.map(seenJob);
  if (options.output !== "text") await print(serialize(statusValues(jobs), options.output));
  else if (jobs.length > 0) {
    await print(statusTable(jobs, { namespaces: everywhere, now: Date.now(), stream: process.stdout }));
  } else {
    const where = everywhere ? "in any namespace" : `in namespace ${namespace}`;
    process.stderr.write(`There is no NotebookValidationJob ${where}.\n`);
  }
  return EXIT.yes;
}

async function tell(access: ClusterAccess, name: string, options: Options): Promise<ExitCode> {
  const { jobStory } = await import("./job-story.js");
  const { jobValue } = await import("./status-table.js");
  const { followJob } = await import("./follow-job.js");
  const { readClusterJob } = await import("./read-cluster-job.js");
  const { withoutGonePod } = await import("./without-gone-pod.js");
  let job = await readClusterJob(access, name);
  if (options.watch === true) {
    const { timeout } = options;
    job = await followJob(access, name, timeout === undefined ? {} : { atMost: { timeout, seen: job } });
  }
  const text =
    options.output === "text"
      ? jobStory(await withoutGonePod(access, job), Date.now(), process.stdout)
      : serialize(jobValue(job), options.output);
  await print(text);
  return job.status?.phase === "Failed" ? EXIT.no : EXIT.yes;
}
