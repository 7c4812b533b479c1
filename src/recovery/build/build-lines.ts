import { overcomeRetries } from "./network-trouble.js";

/** A line of a failed build's log that may tell why it failed. */
export interface BuildLine {
  /** As it stands. */
  readonly text: string;
  /** What of it was said: a builder that tells of an instruction which failed repeats that, too. */
  readonly words: string;
  /** Whether a program that the user runs may have printed it: what it says need not be about this build. */
  readonly isOfRun: boolean;
  /** Whether it tells of a network trouble that was over later on: no reason of the failure. */
  readonly isOver: boolean;
}

const RUN_FAILED = /^(?:Error|error): (?:build error: )?(?:error )?building at STEP "RUN /;
const INSTRUCTION = /^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: ([A-Za-z]*)/;
/** buildah has kept a layer, or the image. */
const DONE = /^(?:--> [0-9a-f]{10,64}|COMMIT(?: .*)?)$/;

/** So begins what pip warns of once it has installed everything: it ends well all the same. */
const RESOLVER_WARNING = /^(?:ERROR: )?pip's (?:legacy )?dependency resolver does not /;
const CONFLICT = / requires .{1,512}(?:, which is not installed\.|which is incompatible\.)$/;

/**
 * The lines of the instruction at which the build ended, and of what came after the last one: those before ended well,
 * whatever they printed. buildah repeats the instructions, when it begins one and over several lines when it has failed.
 */
export function buildLines(lines: readonly string[]): BuildLine[] {
  const failed = lines.findIndex((line) => RUN_FAILED.test(line));
  const before = failed < 0 ? lines : lines.slice(0, failed);
  const begun = before.findLastIndex((line) => INSTRUCTION.test(line));
  const printed = withoutResolverWarnings(before.slice(begun + 1));
  const done = failed < 0 ? printed.findLastIndex((line) => DONE.test(line)) : -1;
  const isOfRun = failed >= 0 || (done < 0 && INSTRUCTION.exec(before[begun] ?? "")?.[1]?.toUpperCase() === "RUN");
  const ended = failed < 0 ? [] : lines.slice(failed).slice(-1);
  const said = printed.slice(done + 1);
  const over = overcomeRetries(said);
  return [
    ...said.map((text, at) => ({ text, words: text, isOfRun, isOver: over[at] === true })),
    ...ended.map((text) => ({ text, words: text.replace(/^.*": /, ""), isOfRun: false, isOver: false })),
  ];
}

/** Of `pip check` the same lines count: nothing stands before them there. */
function withoutResolverWarnings(lines: readonly string[]): string[] {
  let isWarning = false;
  return lines.filter((line) => {
    isWarning = RESOLVER_WARNING.test(line) || (isWarning && CONFLICT.test(line));
    return !isWarning;
  });
}
