import { resolve } from "node:path";
import type { Command } from "commander";
import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { ContainerUser } from "../local/index.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, palette, print, printable, serialize } from "./output.js";
import type { RunInput } from "./run-input.js";
import type { RunProgress } from "./run-progress.js";
import type { JobReport } from "./run-report.js";

interface Options {
  readonly repo?: string;
  readonly reportDir: string;
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
        "Exit code: 0 passed, 1 a notebook failed, 2 it could not be judged: bad input or environment.",
    )
    .argument("<file...>", "manifests; - reads stdin")
    .option("--repo <dir>", "validate this directory in place of the job's Git repository")
    .option("--report-dir <dir>", "where the executed notebook and the reports go", "nbv-report")
    .option("--job <name>", "run only this job of the manifest")
    .option("--python <path>", "Python that runs the notebooks, or a virtual environment")
    .option("--no-build", "install nothing: use the Python that is there")
    .option("--timeout <duration>", "end the whole run after this, such as 10m (spec.totalTimeout)")
    .addOption(outputOption())
    .action(async (files: string[], options: Options) => {
      process.exitCode = await run(files, options);
    });
}

async function run(files: readonly string[], options: Options): Promise<ExitCode> {
  const { readRunInput } = await import("./run-input.js");
  const { RunProgress } = await import("./run-progress.js");
  const { reportText, reportValue } = await import("./run-report.js");
  const input = await readRunInput(files, options);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new UserError({ what: "interrupted" }));
  // A second Ctrl-C must not leave the processes of the first one's pods behind.
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const progress = new RunProgress(process.stderr);
  const reports: JobReport[] = [];
  try {
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

async function runJob(
  job: NotebookValidationJob,
  input: RunInput,
  options: Options,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<JobReport> {
  const { choosePython, clearReports, runLocally } = await import("../local/index.js");
  const { localLogger } = await import("./local-logger.js");
  const { localSource } = await import("./local-source.js");
  const { requireRunner } = await import("../operator/source/prepare-source.js");
  const { containerEnvironment } = await import("./local-environment.js");
  const reportDirectory = resolve(options.reportDir, ...(input.jobs.length > 1 ? [job.metadata.name] : []));
  await requireRunner();
  const source = await localSource(job, input.secrets, options.repo, signal);
  try {
    const python = await choosePython({
      named: options.python,
      environment: process.env,
      noBuild: !options.build,
      source: async () => ({
        root: await source.files(),
        notebook: job.spec.notebook.path,
        build: job.spec.podConfig?.buildConfig,
      }),
      onProgress: (line) => (line.startsWith("making") ? progress.line(`· ${line}`) : progress.live(line)),
      signal,
    });
    progress.line(`· Python ${python.version}, ${printable(python.path)}: ${printable(python.reason)}`);
    warnAboutMounts(job, progress);
    await clearReports(reportDirectory);
    const result = await runLocally({
      job: withTimeout(job, options.timeout),
      secrets: input.secrets,
      configMaps: input.configMaps,
      source: source.resolver,
      localTree: source.tree,
      python: python.path,
      program: [process.execPath, process.argv[1] ?? ""],
      fetcherOptions: source.fetcherOptions,
      environment: containerEnvironment(python.path),
      reportDirectory,
      logger: localLogger(),
      signal,
      onStatus: (seen) => progress.show(seen),
      onUser: (user) => warnAboutUser(user, progress),
      onMemoryLimit: (kind) => {
        if (kind === "rlimit") progress.line("· the memory limit holds per process: no control group can be made here");
      },
    });
    return result;
  } finally {
    await source.close();
  }
}

function withTimeout(job: NotebookValidationJob, timeout: string | undefined): NotebookValidationJob {
  return timeout === undefined ? job : { ...job, spec: { ...job.spec, totalTimeout: timeout } };
}

function warnAboutUser(user: ContainerUser, progress: RunProgress): void {
  if (user.kind !== "root") return;
  const { yellow } = palette(process.stderr);
  progress.line(
    `${yellow("warning:")} the notebook runs as root, so its verdict is not tamper-proof: ${printable(user.why)}`,
  );
}

/** Paths in commands and variables are replaced; those in a notebook's code can't be. */
function warnAboutMounts(job: NotebookValidationJob, progress: RunProgress): void {
  const paths = (job.spec.podConfig?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  if (paths.length === 0) return;
  const { yellow } = palette(process.stderr);
  progress.line(
    `${yellow("warning:")} volumes are directories elsewhere on this computer: code that names ${printable(paths.join(", "))} ` +
      "won't find them, only variables of the job that begin with such a path",
  );
}
