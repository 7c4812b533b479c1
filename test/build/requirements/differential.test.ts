import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Comparable, ourEntries, ourOptions, pipEntries, pipOptions, read } from "./as-pip-says-it.js";
import { type Comparison, DISAGREEMENTS, lateRefusals } from "./disagreements.js";
import { generatedCase } from "./generated-cases.js";
import { HAND_WRITTEN } from "./hand-written-cases.js";
import { type PipAnswer, type PipCase, PipOracle, PYTHONS } from "./pip-oracle.js";

// Fixed, so that a run tells of a change and not of chance; other seeds are for whoever changes the reader.
const SEED = Number(process.env.NBV_SEED ?? 20261121);
/** pips whose rules we follow to the letter; of older ones a sample shows that the known differences are all. */
const CURRENT = 26;

describe.each(PYTHONS)("the pip of %s", (python) => {
  let pip: PipOracle;
  let version: number;
  const explained = new Map<string, number>();
  const answers = new Map<PipCase, Promise<PipAnswer>>();
  let generated: readonly PipCase[] = [];

  // All questions at once: one process answers them while we read, and nobody waits for one answer at a time.
  beforeAll(async () => {
    pip = await PipOracle.start(python);
    version = Number.parseFloat(pip.version);
    generated = fc.sample(generatedCase, { numRuns: version >= CURRENT ? 2000 : 300, seed: SEED });
    for (const question of [...HAND_WRITTEN.values(), ...generated]) answers.set(question, pip.ask(question));
  }, 60_000);
  afterAll(() => pip.stop());

  async function expectAgreement(question: PipCase): Promise<void> {
    const answer = (await answers.get(question)) as PipAnswer;
    const ours = read(question);
    const refused = new Set(ours.problems.map(({ position }) => `${position.path}:${position.line}`));
    const comparison: Comparison = { question, pip: answer, version, ours, refused };
    const [said, heard] = sides(comparison);
    if (JSON.stringify(said) === JSON.stringify(heard)) return;
    const known = DISAGREEMENTS.find(({ explains }) => explains(comparison));
    // What was asked stands on both sides: whoever reads the failure needs it.
    if (known === undefined)
      expect({ question, ...said, error: answer.error }).toEqual({ question, ...heard, problems: ours.problems });
    else explained.set(known.name, (explained.get(known.name) ?? 0) + 1);
  }

  test.each([...HAND_WRITTEN.keys()])(
    "reads %s as we do",
    async (name) => {
      await expectAgreement(HAND_WRITTEN.get(name) as PipCase);
    },
    60_000,
  );

  test("reads generated files as we do", async () => {
    for (const question of generated) await expectAgreement(question);
  }, 600_000);

  test("differs from us only where a table says why", () => {
    const others = [...explained.keys()].filter((name) => name !== "features");
    if (version >= CURRENT) expect(others).toEqual([]);
    else expect(others.every((name) => name.includes("pip <"))).toBe(true);
  });
});

/** Both views, as far as they can be compared: pip stops at its first error, and reads on where we refuse early. */
function sides({ question, pip, ours }: Comparison): [said: object, heard: object] {
  const late = lateRefusals(ours);
  const isLate = ({ file, line }: Comparable) => late.has(`${file}:${line}`);
  const isWrongAfterwards = pip.error === "invalid constraint";
  const read = pipEntries(pip, question).filter((entry) => !isLate(entry));
  const wrong = ours.problems.filter(({ position }) => !late.has(`${position.path}:${position.line}`)).length > 0;
  const entries = ourEntries(ours);
  const fails = pip.error !== null;
  // A late refusal may stand before pip's own error, or be all that is wrong.
  const heardFailure = fails ? wrong || late.size > 0 : wrong;
  return [
    {
      entries: isWrongAfterwards ? [] : read.map(ordered),
      options: fails ? undefined : pipOptions(pip, question),
      fails,
    },
    {
      entries: isWrongAfterwards ? [] : entries.slice(0, fails ? read.length : undefined).map(ordered),
      options: fails ? undefined : ourOptions(ours),
      fails: heardFailure,
    },
  ];
}

function ordered(entry: Comparable): Comparable {
  const { file, line, constraint, editable, name, extras, clauses, url, marker, hashes } = entry;
  return { file, line, constraint, editable, name, extras, clauses, url, marker, hashes };
}
