import { type Command, Option } from "commander";
import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { AccessOptions, ClusterAccess } from "./cluster-access.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

interface Options extends AccessOptions {
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
  readonly output: OutputFormat;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** `nbv status [JOB]` */
export function register(program: Command): void {
  program
    .command("status")
    .summary("tell how the jobs of a cluster are doing")
    .description(
      "Lists NotebookValidationJobs, or tells the story of one: where it stands, what failed and why, what to do next.\n" +
        "Exit code: 0 for a list, and for a job that succeeded or is still under way (--watch waits for its end);\n" +
        "1 when the job failed; 2 when it does not exist or the cluster can't be asked.",
    )
    .argument("[job]", "name of a job")
    .option("-n, --namespace <name>", "namespace (default: the kubeconfig context's)")
    .option("-A, --all-namespaces", "jobs of all namespaces")
    .option(
      "--kubeconfig <file>",
      "how to reach the cluster (default: KUBECONFIG, ~/.kube/config, or the pod's account)",
    )
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .addOption(new Option("-w, --watch", "follow the job until its run has ended"))
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
  const { clusterAccess, explainCall } = await import("./cluster-access.js");
  const access = await clusterAccess(options);
  try {
    return name === undefined ? await list(access, options) : await tell(access, name, options);
  } catch (error) {
    throw explainCall(error, access.server);
  } finally {
    await access.close();
  }
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
  let job = await read(access, name);
  if (options.watch === true) job = await follow(access, name);
  const text =
    options.output === "text" ? jobStory(job, Date.now(), process.stdout) : serialize(jobValue(job), options.output);
  await print(text);
  return job.status?.phase === "Failed" ? EXIT.no : EXIT.yes;
}

async function read({ cluster, namespace }: ClusterAccess, name: string): Promise<NotebookValidationJob> {
  const { isKubeError, NOTEBOOK_VALIDATION_JOBS } = await import("../kube/index.js");
  const { seenJob } = await import("./seen-job.js");
  try {
    return seenJob(await cluster.get(NOTEBOOK_VALIDATION_JOBS, { namespace, name }));
  } catch (error) {
    // A kind that is not served has no details; an object that is missing is named.
    if (!isKubeError(error, "NotFound") || !error.message.includes(JSON.stringify(name))) throw error;
    throw new UserError({
      what: `there is no NotebookValidationJob ${name} in namespace ${namespace}`,
      fix: "name another namespace with -n, or list all jobs with -A",
    });
  }
}

async function follow({ cluster, namespace }: ClusterAccess, name: string): Promise<NotebookValidationJob> {
  const { RunProgress } = await import("./run-progress.js");
  const { watchJob } = await import("./watch-job.js");
  const stop = new AbortController();
  const interrupt = () => stop.abort(new UserError({ what: "interrupted; the job goes on" }));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const progress = new RunProgress(process.stderr);
  try {
    return await watchJob(cluster, { namespace, name }, (job) => progress.show(job), stop.signal);
  } finally {
    progress.end();
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  }
}
