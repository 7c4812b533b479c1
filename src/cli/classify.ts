import type { Command } from "commander";
import type { SeenObject } from "./classify-input.js";
import type { Classified } from "./classify-objects.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

/** `nbv classify FILE` */
export function register(program: Command): void {
  program
    .command("classify")
    .summary("tell why something failed, and what is done about it")
    .description(
      "Classifies a failure as the operator does: its reason, whether it is retried, what else is tried, what to do.\n" +
        "Reads a Pod, PipelineRun, TaskRun, Build, BuildRun, Event or Status as kubectl get -o yaml or -o json prints it, " +
        "lists of them (a run with its TaskRuns, a pod with its events), or the text of a log.\n" +
        "Exit code: 0 it is classified, or nothing has failed; 2 the input can't be read.",
    )
    .argument("<file>", "object or log; - reads stdin")
    .addOption(outputOption())
    .action(async (file: string, options: { readonly output: OutputFormat }) => {
      process.exitCode = await classify(file, options.output);
    });
}

async function classify(file: string, format: OutputFormat): Promise<ExitCode> {
  const { inputName, readInput } = await import("./read-input.js");
  const { classifyInput, MAX_CLASSIFIED_BYTES } = await import("./classify-input.js");
  const { classificationText, classificationValue } = await import("./classification.js");
  const input = classifyInput(await readInput(file, process.stdin, MAX_CLASSIFIED_BYTES, "lenient"), inputName(file));
  const found = input.kind === "text" ? [await ofText(input.text)] : await ofObjects(input.objects);
  await print(
    format === "text" ? classificationText(found, process.stdout) : serialize(classificationValue(found), format),
  );
  return EXIT.yes;
}

async function ofText(text: string): Promise<Classified> {
  const { classifyText } = await import("../recovery/index.js");
  const failure = classifyText(text);
  return { subject: { kind: "Text" }, ...(failure !== undefined && { found: { failure, isSettled: true } }) };
}

async function ofObjects(objects: readonly SeenObject[]) {
  const { classifyObjects } = await import("./classify-objects.js");
  return classifyObjects(objects, Date.now());
}
