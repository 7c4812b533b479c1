import { Add, Copy, DockerfileParser, type Instruction, Run } from "dockerfile-ast";

/** One instruction of a Dockerfile, as written. */
export interface DockerfileInstruction {
  /** Upper case. */
  readonly keyword: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** `--name=value`, in order. */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** What follows the flags: the strings of the JSON form, else what white space separates. Variables are not expanded. */
  readonly words: readonly string[];
  /** Everything after the flags, continuations joined. */
  readonly text: string;
  /** Whether text of its own follows (`<<EOF`); `words` are those before it. */
  readonly hasHeredoc: boolean;
}

/** A Dockerfile, read but not understood. */
export interface ReadDockerfile {
  readonly instructions: readonly DockerfileInstruction[];
  /** Image of the `# syntax=` directive. */
  readonly syntax?: string;
}

/** Larger ones are refused, in characters: what reads them is not made for machines' output. */
export const MAX_DOCKERFILE = 64 * 1024;

/** Reads a Dockerfile of at most {@link MAX_DOCKERFILE} characters. */
export function readInstructions(text: string): ReadDockerfile {
  const dockerfile = DockerfileParser.parse(text);
  // BuildKit passes over a line for the shell (`#!`), and finds directives behind it.
  const read = text.startsWith("#!") ? DockerfileParser.parse(text.slice(text.indexOf("\n") + 1)) : dockerfile;
  const syntax = read.getDirectives().find((directive) => directive.getName().toLowerCase() === "syntax");
  return {
    instructions: dockerfile.getInstructions().map(readInstruction),
    ...(syntax !== undefined && { syntax: syntax.getValue() }),
  };
}

function readInstruction(instruction: Instruction): DockerfileInstruction {
  const text = instruction.getArgumentsContent() ?? "";
  const hasHeredoc =
    ((instruction instanceof Copy || instruction instanceof Run) && instruction.getHeredocs().length > 0) ||
    (instruction instanceof Add && /^<<-?["']?[A-Za-z_]/.test(text));
  const flags = "getFlags" in instruction ? (instruction as Copy).getFlags() : [];
  const plain = instruction.getArguments().map((argument) => argument.getValue());
  return {
    keyword: instruction.getKeyword(),
    line: instruction.getRange().start.line + 1,
    flags: flags.map((flag) => ({ name: flag.getName().toLowerCase(), value: flag.getValue() ?? "" })),
    words: jsonWords(text) ?? (hasHeredoc ? (text.split("\n")[0] ?? "").split(/\s+/).filter(Boolean) : plain),
    text,
    hasHeredoc,
  };
}

/** The JSON form; what only looks like it is plain text to builders, too. */
function jsonWords(text: string): string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}
