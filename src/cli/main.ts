#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { UserError } from "../api/user-error.js";
import { register as buildObjects } from "./build-objects.js";
import { register as check } from "./check.js";
import { register as classify } from "./classify.js";
import { register as compare } from "./compare.js";
import { register as crd } from "./crd.js";
import { register as deadLetters } from "./dead-letters.js";
import { register as dockerfile } from "./dockerfile.js";
import { EXIT } from "./exit-code.js";
import { register as explain } from "./explain.js";
import { register as fetchSource } from "./fetch-source.js";
import { register as lint } from "./lint.js";
import { register as operator } from "./operator.js";
import { palette, printable } from "./output.js";
import { programName } from "./program-name.js";
import { register as requirements } from "./requirements.js";
import { register as retry } from "./retry.js";
import { register as run } from "./run.js";
import { register as status } from "./status.js";
import { version } from "./version.js";

const COMMANDS = [
  run,
  check,
  lint,
  compare,
  classify,
  requirements,
  crd,
  explain,
  dockerfile,
  buildObjects,
  status,
  deadLetters,
  retry,
  operator,
  fetchSource,
];

async function main(): Promise<void> {
  outliveReaders();
  const name = programName();
  const program = new Command(name)
    .description("Proves that Jupyter notebooks work before they reach production.")
    .version(version())
    .showHelpAfterError(`(${name} --help lists the commands)`)
    .exitOverride();
  for (const register of COMMANDS) register(program);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * A run goes on to its end and its clean-up whoever stops reading. Results are written by `print`, whose errors end in
 * {@link report}; progress that nobody can take is not missed.
 */
function outliveReaders(): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", () => undefined);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.unusable;
  const { red } = palette(process.stderr);
  if (error instanceof UserError) {
    // What it quotes is somebody else's; the lines are its own.
    const lines = error.message.split("\n").map(printable);
    process.stderr.write(`${red("error:")} ${lines.join("\n")}\n`);
    return EXIT.unusable;
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  if ("syscall" in cause && cause.syscall === "write" && "code" in cause) {
    process.stderr.write(`${red("error:")} the results can't be written: ${printable(cause.message)}\n`);
    return EXIT.unusable;
  }
  const environment = environmentProblem(cause);
  process.stderr.write(
    environment === undefined
      ? `${red("internal error:")} ${printable(cause.message)} (NBV_DEBUG=1 shows where)\n`
      : `${red("error:")} ${printable(environment)}\n`,
  );
  if ((process.env.NBV_DEBUG ?? "") !== "") process.stderr.write(`${cause.stack}\n`);
  return EXIT.unusable;
}

/** What this computer refused: a full disk, a directory that may not be written, a program that is not installed. */
function environmentProblem(error: Error): string | undefined {
  const { syscall, path, code } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return undefined;
  if (syscall.startsWith("spawn"))
    return `the program ${path ?? "?"} can't be run (${code}): is it installed and on PATH?`;
  const at = path === undefined ? "" : ` ${path}`;
  const hint = syscall === "mkdtemp" ? "; TMPDIR must name a directory that can be written to" : "";
  return `${syscall}${at} failed (${code})${hint}`;
}

await main();
