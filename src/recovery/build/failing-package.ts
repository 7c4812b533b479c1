/** As pip and setuptools say why they ended; that they ended, pip sums up itself. */
const CAUSE =
  /^(?!error: (?:subprocess-exited-with-error|metadata-generation-failed))(?:fatal |\w{0,64})(?:error|exception): /i;

/**
 * Which package could not be built from its sources, and why, as far as pip tells; `undefined` where it names none.
 *
 * @param at line that says that one could not be built
 */
export function failingPackage(lines: readonly string[], at: number): string | undefined {
  const named = lines.map((line) => /Failed building wheel for ([\w.-]{1,256})/.exec(line)?.[1]).find(Boolean);
  const begun = lines.slice(0, at + 1).map((line) => /^Collecting ([\w.-]{1,256})/.exec(line)?.[1]);
  const name = named ?? begun.findLast(Boolean);
  if (name === undefined) return undefined;
  const cause = lines.slice(at).find((line) => CAUSE.test(line) && !line.includes("Failed building wheel"));
  return `package ${name} can't be built from its sources${cause === undefined ? "" : `: ${cause}`}`;
}

/**
 * Where the output of such a build ends, as pip shows it; its log's end where pip doesn't say.
 *
 * @param at line that says that one could not be built: the output follows
 */
export function endOfOutput(lines: readonly string[], at: number): number {
  const end = lines.findIndex((line, place) => place > at && line === "[end of output]");
  return end < 0 ? lines.length : end;
}
