import { type Expanded, expandVariables, splitWords } from "./expand-variables.js";
import type { DockerfileInstruction, ReadDockerfile } from "./read-instructions.js";

/** What a stage begins with. */
export type StageBase =
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "scratch" }
  /** `reference` is absent when it depends on an argument without a value. */
  | { readonly kind: "image"; readonly written: string; readonly reference?: string };

/** Something that an instruction takes from the build context. */
export interface ContextRead {
  readonly keyword: "COPY" | "ADD" | "RUN";
  readonly line: number;
  /** As written. */
  readonly written: string;
  /** With variables put in; `undefined` = only the build knows. */
  readonly path: Expanded;
}

/** Image that files are taken from, beside the bases of stages. */
export interface ImageRead {
  readonly line: number;
  readonly reference: string;
}

/** One stage of a Dockerfile. */
export interface DockerfileStage {
  readonly index: number;
  readonly name?: string;
  /** Of its `FROM`. */
  readonly line: number;
  readonly base: StageBase;
  readonly instructions: readonly DockerfileInstruction[];
  readonly reads: readonly ContextRead[];
  /** Indexes of stages that it takes files from. */
  readonly takesFrom: readonly number[];
  readonly images: readonly ImageRead[];
  /** Of its last `USER`. */
  readonly user?: { readonly line: number; readonly name: Expanded };
  /** Names of its build arguments. */
  readonly args: readonly string[];
}

/** The stages of a Dockerfile, in order, with variables resolved as far as they can be before the build. */
export function dockerfileStages(
  { instructions }: ReadDockerfile,
  buildArgs: Readonly<Record<string, string>>,
): { readonly stages: readonly DockerfileStage[]; readonly globalArgs: readonly string[] } {
  const global = new Map<string, string>();
  const globalArgs: string[] = [];
  const stages: DockerfileStage[] = [];
  const environments: Map<string, string>[] = [];
  let at = 0;
  for (; at < instructions.length && instructions[at]?.keyword !== "FROM"; at++) {
    const instruction = instructions[at];
    if (instruction?.keyword === "ARG") globalArgs.push(...declare(instruction, global, buildArgs, new Map()));
  }
  while (at < instructions.length) {
    const from = instructions[at] as DockerfileInstruction;
    let end = at + 1;
    while (end < instructions.length && instructions[end]?.keyword !== "FROM") end++;
    const base = baseOf(from, global, stages);
    const environment = new Map(base.kind === "stage" ? environments[base.index] : undefined);
    environments.push(environment);
    stages.push(readStage(from, instructions.slice(at + 1, end), base, { global, environment, buildArgs, stages }));
    at = end;
  }
  return { stages, globalArgs };
}

interface Scope {
  readonly global: ReadonlyMap<string, string>;
  /** Of `ENV`; later stages inherit it. */
  readonly environment: Map<string, string>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Earlier ones. */
  readonly stages: readonly DockerfileStage[];
}

function readStage(
  from: DockerfileInstruction,
  instructions: readonly DockerfileInstruction[],
  base: StageBase,
  { global, environment, buildArgs, stages }: Scope,
): DockerfileStage {
  const values = new Map<string, string>();
  const reads: ContextRead[] = [];
  const takesFrom: number[] = [];
  const images: ImageRead[] = [];
  const args: string[] = [];
  let user: DockerfileStage["user"];
  const expand = (word: string): Expanded => expandVariables(word, (name) => environment.get(name) ?? values.get(name));
  for (const instruction of instructions) {
    const { keyword, line, words, flags } = instruction;
    if (keyword === "ARG") args.push(...declare(instruction, values, buildArgs, global, environment));
    else if (keyword === "ENV") for (const [name, value] of pairs(instruction)) setTo(environment, name, expand(value));
    else if (keyword === "USER") user = { line, name: words[0] === undefined ? undefined : expand(words[0]) };
    else if (keyword === "COPY" || keyword === "ADD") {
      const source = flags.find(({ name }) => name === "from")?.value;
      if (source !== undefined) takeFrom(source, line);
      else for (const written of sourcesOf(instruction)) reads.push({ keyword, line, written, path: expand(written) });
    } else if (keyword === "RUN") {
      for (const { name, value } of flags) {
        if (name !== "mount") continue;
        const options = mountOptions(value);
        if ((options.get("type") ?? "bind") !== "bind") continue;
        const source = options.get("from");
        const written = options.get("source") ?? options.get("src") ?? ".";
        if (source !== undefined) takeFrom(source, line);
        else reads.push({ keyword, line, written, path: expand(written) });
      }
    }
  }
  const name = /^as$/i.test(from.words[1] ?? "") ? from.words[2] : undefined;
  return {
    index: stages.length,
    ...(name !== undefined && { name }),
    line: from.line,
    base,
    instructions,
    reads,
    takesFrom,
    images,
    ...(user !== undefined && { user }),
    args,
  };

  function takeFrom(written: string, line: number): void {
    const source = expand(written);
    const stage = source === undefined ? undefined : findStage(stages, source);
    if (stage !== undefined) takesFrom.push(stage.index);
    else images.push({ line, reference: source ?? written });
  }
}

/** A stage by its name or number. */
export function findStage(stages: readonly DockerfileStage[], text: string): DockerfileStage | undefined {
  const named = stages.findLast(({ name }) => name?.toLowerCase() === text.toLowerCase());
  return named ?? (/^\d{1,6}$/.test(text) ? stages[Number(text)] : undefined);
}

/** The stages that one is made from, and itself. */
export function reachableStages(stages: readonly DockerfileStage[], target: DockerfileStage): DockerfileStage[] {
  const wanted = new Set([target.index]);
  for (const { index, base, takesFrom } of [...stages].reverse()) {
    if (!wanted.has(index)) continue;
    if (base.kind === "stage") wanted.add(base.index);
    for (const other of takesFrom) wanted.add(other);
  }
  return stages.filter(({ index }) => wanted.has(index));
}

function baseOf(from: DockerfileInstruction, global: ReadonlyMap<string, string>, stages: readonly DockerfileStage[]) {
  const written = from.words[0] ?? "";
  const reference = expandVariables(written, (name) => global.get(name));
  if (reference === "scratch") return { kind: "scratch" } as const;
  const stage =
    reference === undefined
      ? undefined
      : stages.findLast(({ name }) => name?.toLowerCase() === reference.toLowerCase());
  if (stage !== undefined) return { kind: "stage", index: stage.index } as const;
  return { kind: "image", written, ...(reference !== undefined && reference !== "" && { reference }) } as const;
}

/** Notes what an `ARG` declares. A value that is not known leaves the name unknown. @returns the names */
function declare(
  instruction: DockerfileInstruction,
  values: Map<string, string>,
  buildArgs: Readonly<Record<string, string>>,
  global: ReadonlyMap<string, string>,
  environment: ReadonlyMap<string, string> = new Map(),
): string[] {
  return splitWords(instruction.text).map((word) => {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const known = (other: string) => environment.get(other) ?? values.get(other);
    const own = equals < 0 ? global.get(name) : expandVariables(word.slice(equals + 1), known);
    setTo(values, name, Object.hasOwn(buildArgs, name) ? buildArgs[name] : own);
    return name;
  });
}

function setTo(values: Map<string, string>, name: string, value: Expanded): void {
  if (value === undefined) values.delete(name);
  else values.set(name, value);
}

/** `NAME=value …`, or the old `NAME value`. */
function pairs({ words, text }: DockerfileInstruction): [string, string][] {
  const [first = ""] = words;
  if (!first.includes("=")) return [[first, text.slice(text.indexOf(first) + first.length).trim()]];
  return splitWords(text).map((word) => {
    const equals = word.indexOf("=");
    return equals < 0 ? [word, ""] : [word.slice(0, equals), word.slice(equals + 1)];
  });
}

/** What a `COPY` or `ADD` takes: all but the last word, without texts of its own and, for `ADD`, what it downloads. */
function sourcesOf({ keyword, words }: DockerfileInstruction): string[] {
  return words.slice(0, -1).filter((word) => !/^<<-?/.test(word) && !(keyword === "ADD" && isRemote(word)));
}

/** What `ADD` downloads. */
export function isRemote(word: string): boolean {
  return /^(?:https?|git|ssh|ftp):\/\/|^git@/i.test(word);
}

function mountOptions(text: string): Map<string, string> {
  return new Map(
    text.split(",").map((option) => {
      const equals = option.indexOf("=");
      return equals < 0 ? [option, ""] : [option.slice(0, equals).toLowerCase(), option.slice(equals + 1)];
    }),
  );
}
