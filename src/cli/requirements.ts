import { realpathSync } from "node:fs";
import { Argument, type Command, Option } from "commander";
import { EXIT } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

interface Options {
  readonly requirePins?: true;
  readonly requireHashes?: true;
  readonly failOnConflict?: true;
  readonly root?: string;
  readonly output: OutputFormat;
}

/** `nbv requirements FILE` */
export function register(program: Command): void {
  program
    .command("requirements")
    .summary("read a requirements file as pip does, and judge it as a build would")
    .description(
      "Reads requirements.txt and every file that it includes by pip's rules, and says all that is wrong with them at once, " +
        "each with its file and line: what pip would refuse, and what the job would refuse under the options below.\n" +
        "Nothing is downloaded: what the packages depend on is not known here.\n" +
        "Exit code: 0 nothing to refuse, 1 there is, 2 the file can't be read.",
    )
    .addArgument(new Argument("<file>", "requirements file"))
    .addOption(new Option("--require-pins", "refuse what is not pinned exactly, as allowUnpinned: false does"))
    .addOption(new Option("--require-hashes", "refuse what has no --hash, as verifyHashes: true does"))
    .addOption(
      new Option("--fail-on-conflict", "refuse lines that contradict each other, as failOnConflict: true does"),
    )
    .addOption(new Option("--root <dir>", "root of the repository: the nearest directory above with .git if not given"))
    .addOption(outputOption())
    .action(async (file: string, options: Options) => {
      process.exitCode = await requirements(file, options);
    });
}

async function requirements(file: string, options: Options): Promise<number> {
  const { judgeRequirements, readRequirements } = await import("../build/index.js");
  const { repositoryOf } = await import("./repository-files.js");
  const { requirementsReport } = await import("./requirements-report.js");
  const { requirementsText } = await import("./requirements-text.js");
  const repository = repositoryOf(file, options.root);
  const set = readRequirements(repository.path, repository);
  const verdict = judgeRequirements(set, {
    allowUnpinned: options.requirePins !== true,
    verifyHashes: options.requireHashes === true,
    failOnConflict: options.failOnConflict === true,
  });
  const report = requirementsReport(set, verdict);
  const root = realpathSync(".") === repository.root ? undefined : repository.root;
  await print(options.output === "text" ? requirementsText(report, root) : serialize(report, options.output));
  return verdict.reason === undefined ? EXIT.yes : EXIT.no;
}
