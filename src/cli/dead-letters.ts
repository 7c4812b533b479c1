import type { Command } from "commander";
import { type AccessOptions, withAccessOptions } from "./access-options.js";
import type { ClusterAccess } from "./cluster-access.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

interface Options extends AccessOptions {
  readonly allNamespaces?: boolean;
  readonly includeRetrying?: boolean;
  readonly output: OutputFormat;
}

/** `nbv dead-letters` */
export function register(program: Command): void {
  withAccessOptions(program.command("dead-letters"))
    .summary("list the jobs that were given up")
    .description(
      "Lists the jobs that failed for good, with what they failed for, the newest failure first. They rest until their " +
        "spec changes or somebody retries them (nbv retry JOB).\n" +
        "Exit code: 0 for a list, empty or not; 2 when the cluster can't be asked.",
    )
    .option("-A, --all-namespaces", "jobs of all namespaces")
    .option("--include-retrying", "also jobs that wait for their next attempt")
    .addOption(outputOption())
    .action(async (options: Options) => {
      process.exitCode = await deadLetterCommand(options);
    });
}

async function deadLetterCommand(options: Options): Promise<ExitCode> {
  const { withCluster } = await import("./cluster-access.js");
  return withCluster(options, (access) => list(access, options));
}

async function list({ cluster, namespace }: ClusterAccess, options: Options): Promise<ExitCode> {
  const { listAll, NOTEBOOK_VALIDATION_JOBS } = await import("../kube/index.js");
  const { deadLetters, deadLetterTable, deadLetterValues } = await import("./dead-letter-list.js");
  const { seenJob } = await import("./seen-job.js");
  const everywhere = options.allNamespaces === true;
  const { items } = await listAll(cluster, NOTEBOOK_VALIDATION_JOBS, everywhere ? {} : { namespace });
  const includeRetrying = options.includeRetrying === true;
  const jobs = deadLetters(items.map(seenJob), { includeRetrying });
  if (options.output !== "text") await print(serialize(deadLetterValues(jobs), options.output));
  else if (jobs.length > 0) {
    await print(deadLetterTable(jobs, { namespaces: everywhere, now: Date.now(), stream: process.stdout }));
  } else {
    const where = everywhere ? "in any namespace" : `in namespace ${namespace}`;
    const what = includeRetrying ? "has failed or waits for its next attempt" : "has failed";
    process.stderr.write(`No NotebookValidationJob ${what} ${where}.\n`);
  }
  return EXIT.yes;
}
