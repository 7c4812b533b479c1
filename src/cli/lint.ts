import { resolve } from "node:path";
import { Argument, type Command, Option } from "commander";
import type { Level, ValidationConfig } from "../api/index.js";
import { EXIT } from "./exit-code.js";
import { type OutputFormat, outputOption, palette, print, printable, serialize } from "./output.js";

interface Options {
  readonly level?: Level;
  readonly job?: string;
  readonly python?: string;
  readonly output: OutputFormat | "sarif";
}

/** Every one of them, in order: a record, so that none can be missing. Loading the schema would slow other commands. */
const LEVELS = Object.keys({
  learning: true,
  development: true,
  staging: true,
  production: true,
} satisfies Record<Level, true>);

/** Largest notebook on stdin, in bytes; the runner refuses larger files, too. */
const MAX_NOTEBOOK_BYTES = 100 * 1024 * 1024;

/** `nbv lint NOTEBOOK…` */
export function register(program: Command): void {
  program
    .command("lint")
    .summary("check notebooks without running them")
    .description(
      "Reads notebooks for missing assertions, swallowed errors, missing type hints, silenced warnings and what depends " +
        "on order, chance or one machine (docs/checks.md, A1 to L7). Nothing is run or installed; any Python 3.9 will do.\n" +
        "Places are file:cell:line: cells count from 0 over all cells, lines from 1 within the cell.\n" +
        "Exit code: 0 no failure, 1 a notebook fails, 2 an input can't be read.",
    )
    .addArgument(new Argument("<notebook...>", "notebooks; - reads stdin"))
    .addOption(
      new Option("-l, --level <level>", "how strict: development unless the job says otherwise").choices(LEVELS),
    )
    .addOption(
      new Option("-j, --job <file>", "take level, switches, expected outputs and parameters from this manifest"),
    )
    .addOption(new Option("--python <path>", "Python to use, or the directory of a virtual environment"))
    .addOption(outputOption("sarif"))
    .action(async (notebooks: string[], options: Options) => {
      process.exitCode = await lint(notebooks, options);
    });
}

async function lint(files: readonly string[], options: Options): Promise<number> {
  const { UserError } = await import("../api/user-error.js");
  const { askRunnerTool } = await import("../local/index.js");
  const { checkPolicy, effectiveLevel } = await import("../validation/index.js");
  const { expectations } = await import("../validation/expectations.js");
  const { LintAnswer } = await import("./lint-answer.js");
  const { countOf, lintText } = await import("./lint-text.js");
  const { inputName, readInput } = await import("./read-input.js");
  const job = options.job === undefined ? undefined : await (await import("./named-job.js")).readNamedJob(options.job);
  const config = settings(job?.spec.validationConfig, options.level);
  const unreadable: { file: string; message: string }[] = [];
  const sources: { name: string; path?: string; text?: string }[] = [];
  for (const file of files) {
    if (file !== "-") sources.push({ name: file, path: resolve(file) });
    else {
      try {
        sources.push({ name: inputName(file), text: await readInput(file, process.stdin, MAX_NOTEBOOK_BYTES) });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        unreadable.push({ file: inputName(file), message: error.what });
      }
    }
  }
  const request = {
    notebooks: sources,
    policy: checkPolicy(config),
    expectedOutputs: expectations(config).expectedOutputs,
    parameters: job?.spec.notebook.parameters ?? {},
    sarif: options.output === "sarif",
  };
  const answer = LintAnswer.parse(
    await askRunnerTool("lint", request, { environment: process.env, python: options.python }),
  );
  const notebooks = answer.notebooks.flatMap((each) => ("problem" in each ? [] : [each]));
  unreadable.push(
    ...answer.notebooks.flatMap((each) => ("problem" in each ? [{ file: each.name, message: each.problem }] : [])),
  );
  const findings = notebooks.flatMap((notebook) => notebook.findings);
  const summary = {
    notebooks: notebooks.length,
    failures: countOf(findings, "failure"),
    warnings: countOf(findings, "warning"),
    notes: countOf(findings, "note"),
  };
  const level = effectiveLevel(config);
  if (options.output === "sarif") await print(serialize(answer.sarif, "json"));
  else if (options.output === "text") await print(lintText(notebooks, summary, level));
  else await print(serialize({ level, notebooks: notebooks.map(reported), unreadable, summary }, options.output));
  const { red } = palette(process.stderr);
  for (const { message } of unreadable) process.stderr.write(`${red("error:")} ${printable(message)}\n`);
  return unreadable.length > 0 ? EXIT.unusable : summary.failures > 0 ? EXIT.no : EXIT.yes;
}

/** `--level` is the last word about the level; single switches of the job stay. */
function settings(config: ValidationConfig | undefined, level: Level | undefined): ValidationConfig {
  return { ...config, ...(level === undefined ? {} : { level, strictMode: false }) };
}

function reported<T extends { readonly name: string }>({ name, ...rest }: T) {
  return { file: name, ...rest };
}
