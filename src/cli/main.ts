#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { UserError } from "../api/user-error.js";
import { register as check } from "./check.js";
import { register as crd } from "./crd.js";
import { EXIT } from "./exit-code.js";
import { register as explain } from "./explain.js";
import { register as fetchSource } from "./fetch-source.js";
import { palette, printable } from "./output.js";
import { register as run } from "./run.js";
import { version } from "./version.js";

const COMMANDS = [run, check, crd, explain, fetchSource];

async function main(): Promise<void> {
  // A reader that has seen enough (`nbv crd | head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.yes);
    throw error;
  });
  const program = new Command("nbv")
    .description("Proves that Jupyter notebooks work before they reach production.")
    .version(version())
    .showHelpAfterError("(nbv --help lists the commands)")
    .exitOverride();
  for (const register of COMMANDS) register(program);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.unusable;
  const { red } = palette(process.stderr);
  if (error instanceof UserError) {
    process.stderr.write(`${red("error:")} ${error.message}\n`);
    return EXIT.unusable;
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${red("internal error:")} ${printable(cause.message)} (NBV_DEBUG=1 shows where)\n`);
  if ((process.env.NBV_DEBUG ?? "") !== "") process.stderr.write(`${cause.stack}\n`);
  return EXIT.unusable;
}

await main();
