import { type Command, InvalidArgumentError, Option } from "commander";
import type { ComparisonConfig } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { ComparisonReport } from "./comparison-text.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

interface Options {
  readonly tolerance?: number;
  readonly relativeTolerance?: number;
  readonly strategy?: "exact" | "normalized";
  readonly images?: "ignore" | "perceptual" | "exact";
  readonly ignoreCell: readonly number[];
  readonly ignoreTag: readonly string[];
  readonly ignoreType: readonly string[];
  readonly ignoreText: readonly string[];
  readonly timestamps?: boolean;
  readonly executionCounts?: boolean;
  readonly job?: string;
  readonly python?: string;
  readonly output: OutputFormat;
}

/** `nbv compare EXECUTED GOLDEN` */
export function register(program: Command): void {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  program
    .command("compare")
    .summary("compare an executed notebook with a golden one")
    .description(
      "Compares the outputs of two notebooks as a job with a goldenNotebook does; nothing is run.\n" +
        "Exit code: 0 they match; 1 they differ; 2 a notebook can't be read, or nothing could be compared.",
    )
    .argument("<executed>", "notebook with its outputs")
    .argument("<golden>", "notebook with the outputs that are right")
    .option("--tolerance <number>", "largest absolute difference of two numbers (default: 0.0001)", amount)
    .option("--relative-tolerance <number>", "largest difference relative to the larger number (default: 0)", amount)
    .addOption(
      new Option("--strategy <strategy>", "exact = character by character (default: normalized)").choices([
        "normalized",
        "exact",
      ]),
    )
    .addOption(
      new Option("--images <mode>", "how images are compared (default: ignore)").choices([
        "ignore",
        "perceptual",
        "exact",
      ]),
    )
    .option("--ignore-cell <index>", "leave out this cell, counted over all cells from 0; repeatable", cells, [])
    .option("--ignore-tag <tag>", "leave out cells with this tag; repeatable", collect, [])
    .option("--ignore-type <type>", "leave out outputs of this output type or MIME type; repeatable", collect, [])
    .option("--ignore-text <pattern>", "RE2 expression of texts that don't count; repeatable", collect, [])
    .option("--timestamps", "times and durations count")
    .option("--execution-counts", "execution counts count")
    .option("--job <file>", "begin with the comparisonConfig of this job's manifest; - reads stdin")
    .option("--python <path>", "Python 3.9 or newer that does the comparison")
    .addOption(outputOption())
    .action(async (executed: string, golden: string, options: Options) => {
      process.exitCode = await compare(executed, golden, options);
    });
}

function amount(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number < 0) {
    throw new InvalidArgumentError("Not a number of 0 or more.");
  }
  return number;
}

function cells(value: string, before: readonly number[]): number[] {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("Not an index of a cell: 0 is the first one.");
  return [...before, Number(value)];
}

async function compare(executed: string, golden: string, options: Options): Promise<ExitCode> {
  const { comparisonSettings } = await import("../validation/index.js");
  const { askRunnerTool } = await import("../local/index.js");
  const { comparisonText } = await import("./comparison-text.js");
  const config = await comparisonConfig(options);
  const request = { executed, golden, comparison: comparisonSettings(config) };
  const report = (await askRunnerTool("compare", request, {
    environment: process.env,
    python: options.python,
  })) as ComparisonReport;
  await print(options.output === "text" ? comparisonText(report, process.stdout) : serialize(report, options.output));
  if (report.result === "skipped") return EXIT.unusable;
  return report.result === "matched" ? EXIT.yes : EXIT.no;
}

/** The job's settings, those of the command line on top. @throws UserError when they are not valid */
async function comparisonConfig(options: Options): Promise<ComparisonConfig> {
  const { ComparisonConfig } = await import("../api/index.js");
  const { tolerance, relativeTolerance, strategy, images, timestamps, executionCounts } = options;
  const { readNamedJob } = await import("./named-job.js");
  const job = options.job === undefined ? {} : ((await readNamedJob(options.job)).spec.comparisonConfig ?? {});
  const read = ComparisonConfig.safeParse({
    ...job,
    ...(strategy !== undefined && { strategy }),
    ...(tolerance !== undefined && { floatingPointTolerance: tolerance }),
    ...(relativeTolerance !== undefined && { relativeTolerance }),
    ...(images !== undefined && { images }),
    ...(timestamps === true && { ignoreTimestamps: false }),
    ...(executionCounts === true && { ignoreExecutionCount: false }),
    ...joined("ignoreCells", job.ignoreCells, options.ignoreCell),
    ...joined("ignoreTags", job.ignoreTags, options.ignoreTag),
    ...joined("ignoreOutputTypes", job.ignoreOutputTypes, options.ignoreType),
    ...joined("customTimestampPatterns", job.customTimestampPatterns, options.ignoreText),
  });
  if (read.success) return read.data;
  const where = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new UserError({ what: "the settings of the comparison are not valid", where });
}

function joined<T>(name: string, before: readonly T[] = [], more: readonly T[]): Record<string, readonly T[]> {
  return more.length === 0 ? {} : { [name]: [...before, ...more] };
}
