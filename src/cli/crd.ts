import type { Command } from "commander";
import { type OutputFormat, outputOption, print, serialize } from "./output.js";

/** `nbv crd` */
export function register(program: Command): void {
  program
    .command("crd")
    .summary("print the CustomResourceDefinition")
    .description(
      "Prints the CustomResourceDefinition of NotebookValidationJob, ready for kubectl apply --server-side -f -.",
    )
    .addOption(outputOption().default("yaml"))
    .action(async ({ output }: { output: OutputFormat }) => {
      const { crd } = await import("../api/crd.js");
      await print(serialize(crd(), output === "json" ? "json" : "yaml"));
    });
}
