import { resolve } from "node:path";
import type { Command } from "commander";
import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { PlannedEnvironment } from "../local/index.js";
import { durationText } from "./duration-option.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";
import type { RunInput } from "./run-input.js";
import type { RunProgress } from "./run-progress.js";
import type { JobReport } from "./run-report.js";

interface Options {
  readonly repo?: string;
  readonly reportDir?: string;
  readonly build: boolean;
  readonly python?: string;
  readonly output: OutputFormat;
  readonly timeout?: string;
  readonly job?: string;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `nbv run FILE…` */
export function register(program: Command): void {
  program
    .command("run")
    .summary("validate a notebook on this computer")
    .description(
      "Runs NotebookValidationJobs on this computer: the operator itself, with pods as processes.\n" +
        "The manifests may also hold the Secrets and ConfigMaps that the jobs refer to.\n" +
        "Exit code: 0 passed; 1 a notebook failed, or ran out of time; 2 it could not be judged: bad input or environment.",
    )
    .argument("<file...>", "manifests; - reads stdin")
    .option("--repo <dir>", "validate this directory in place of the job's Git repository")
    .option(
      "--report-dir <dir>",
      "where the executed notebook and the reports go; with several jobs, DIR/<job> (default: nbv-report/<job>)",
    )
    .option("--job <name>", "run only this job of the manifest")
    .option("--python <path>", "Python that runs the notebooks, or a virtual environment")
    .option("--no-build", "install nothing: use the Python that is there")
    .option(
      "--timeout <duration>",
      "end each job's run after this, such as 10m, with exit code 1; overrides spec.totalTimeout",
      durationText,
    )
    .addOption(outputOption())
    .action(async (files: string[], options: Options) => {
      process.exitCode = await run(files, options);
    });
}

async function run(files: readonly string[], options: Options): Promise<ExitCode> {
  const { readRunInput } = await import("./run-input.js");
  const { RunProgress } = await import("./run-progress.js");
  const { reportText, reportValue } = await import("./run-report.js");
  const { prepareReports } = await import("../local/index.js");
  const input = await readRunInput(files, options);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new UserError({ what: "interrupted" }));
  // A second Ctrl-C must not leave the processes of the first one's pods behind.
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const progress = new RunProgress(process.stderr);
  const reports: JobReport[] = [];
  const directories = input.jobs.map((job) => reportDirectory(job, input, options));
  try {
    // All of them at once: a run that ends early leaves no older reports that could pass for its own.
    for (const directory of directories) await prepareReports(directory);
    for (const job of input.jobs) {
      const report = await runJob(job, input, options, progress, stop.signal);
      progress.end();
      reports.push(report);
      if (options.output === "text") await print(reportText(report, process.stdout));
    }
  } finally {
    progress.end();
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  }
  if (options.output !== "text") await print(serialize({ jobs: reports.map(reportValue) }, options.output));
  return exitCode(reports);
}

/** `Error` is no verdict: something kept the notebook from being judged. */
function exitCode(reports: readonly JobReport[]): ExitCode {
  const verdicts = reports.map(({ job }) => job.status?.verdict ?? "Error");
  if (verdicts.includes("Failed")) return EXIT.no;
  return verdicts.includes("Error") ? EXIT.unusable : EXIT.yes;
}

/** Where a job's reports go: exactly the directory that was named, where it is for one job alone. */
function reportDirectory({ metadata }: NotebookValidationJob, input: RunInput, { reportDir }: Options): string {
  const { name, namespace = "default" } = metadata;
  const isForOne = reportDir !== undefined && input.jobs.length === 1;
  const isAlone = input.jobs.filter((job) => job.metadata.name === name).length === 1;
  return resolve(reportDir ?? "nbv-report", ...(isForOne ? [] : isAlone ? [name] : [namespace, name]));
}

async function runJob(
  job: NotebookValidationJob,
  input: RunInput,
  options: Options,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<JobReport> {
  const { cacheDirectory, choosePython, planLocalEnvironment, runLocally, runnerPackages } = await import(
    "../local/index.js"
  );
  const { localLogger } = await import("./local-logger.js");
  const { localSource } = await import("./local-source.js");
  const { runnerDirectory } = await import("../operator/source/prepare-source.js");
  const { containerEnvironment } = await import("./local-environment.js");
  const { localImage, notePython, warnAboutMounts, warnAboutUser } = await import("./run-notes.js");
  const { noteEnvironment } = await import("./environment-notes.js");
  const { inLocalWords, unjudgedWithout, withTimeout } = await import("./run-wording.js");
  const runner = await runnerDirectory();
  const source = await localSource(job, input.secrets, options.repo, signal);
  let planning: Promise<PlannedEnvironment | undefined> | undefined;
  const plan = (): Promise<PlannedEnvironment | undefined> => {
    planning ??= source.files().then(async (root) => {
      if (root === undefined) return undefined;
      return { root, environment: await planLocalEnvironment({ root, spec: job.spec, config: source.config }) };
    });
    return planning;
  };
  try {
    const python = await choosePython({
      named: options.python,
      environment: process.env,
      noBuild: !options.build,
      plan,
      onProgress: (line) => (line.startsWith("making") ? progress.line(`· ${line}`) : progress.live(line)),
      signal,
    });
    notePython(job, python, progress);
    const isBuilt = job.spec.podConfig?.buildConfig?.enabled === true;
    const dockerfile = isBuilt ? await noteEnvironment(plan, progress) : undefined;
    warnAboutMounts(job, progress);
    const packages = await runnerPackages({
      runner,
      pythons: [python.path, "python3"],
      cache: cacheDirectory(process.env),
      environment: process.env,
      onFetch: (line) => progress.line(`· ${line}`),
      onProgress: (line) => progress.live(line),
      signal,
    });
    const result = await runLocally({
      job: withTimeout(job, options.timeout),
      secrets: input.secrets,
      configMaps: input.configMaps,
      source: source.resolver,
      localTree: source.tree,
      config: source.config,
      python: python.path,
      image: localImage(python),
      program: [process.execPath, process.argv[1] ?? ""],
      // One word, since words that begin with a path of the pod would be taken for that.
      fetcherOptions: [`--runner-packages=${packages}`],
      environment: containerEnvironment(python.path),
      reportDirectory: reportDirectory(job, input, options),
      logger: localLogger(),
      signal,
      onStatus: (seen) => progress.show(seen),
      onUser: (user) => warnAboutUser(user, progress),
      onMemoryLimit: (kind) => {
        if (kind === "rlimit") progress.line("· the memory limit holds per process: no control group can be made here");
      },
    });
    const told = inLocalWords(result.job, options.timeout);
    // Who names a Python says that it has what the image would have.
    return { ...result, job: options.python === undefined ? unjudgedWithout(dockerfile, told) : told };
  } finally {
    await source.close();
  }
}
