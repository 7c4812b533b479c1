import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CheckType, type Level } from "../../src/api/index.js";
import {
  CHECK_IDS,
  CHECKS,
  type CheckId,
  type CheckSettings,
  type CheckSwitch,
  checkPolicy,
  checkRow,
  Severity,
} from "../../src/validation/index.js";

/** The published table (docs/checks.md): id, severities of learning, development, staging, production, switch or limit. */
const PUBLISHED = `
E1 F F F F -
E2 n W F F -
E3 F F F F -
E4 F F F F -
E5 W W F F requireExplicitExitCodes
E6 n W F F requireExplicitExitCodes
E7 W W F F requireExplicitExitCodes
N1 W F F F detectSilentFailures
N2 n W F F detectSilentFailures
N3 n n W W detectSilentFailures
N4 W F F F detectSilentFailures
Q1 W F F F detectSilentFailures
Q2 W W F F detectSilentFailures
Q3 W F F F detectSilentFailures
Q4 - n n n maxNaNFraction
Q5 W W F F detectSilentFailures
Q6 n W F F detectSilentFailures
S1 - - - - -
S2 n n n F failOnWarnings
S3 n W W F failOnWarnings
S4 - n W F failOnStderr
S5 W W F F failOnStderr
S6 n n W F failOnStderr
X1 W F F F checkOutputTypes
X2 F F F F -
X3 W F F F -
A1 n W W F verifyAssertions
A2 n n W F verifyAssertions
A3 W W F F verifyAssertions
L1 W W F F requireErrorHandling
L2 n W F F requireErrorHandling
L3 n n W W requireErrorHandling
L4 - n n F requireTypeHints
L5 n W W F -
L6 n W W W -
L7 - n n n -
G1 W F F F -`;

const LEVELS = ["learning", "development", "staging", "production"] as const satisfies readonly Level[];
const LETTERS: Record<string, Severity> = { "-": "ignored", n: "note", W: "warning", F: "failure" };
const SWITCHES = [...new Set(CHECK_IDS.flatMap((id) => checkRow(id)?.switch ?? []))];

const settings: fc.Arbitrary<CheckSettings> = fc.record(
  {
    level: fc.constantFrom(...LEVELS),
    strictMode: fc.boolean(),
    ...(Object.fromEntries(SWITCHES.map((name) => [name, fc.boolean()])) as Record<CheckSwitch, fc.Arbitrary<boolean>>),
  },
  { requiredKeys: [] },
);

const rows = PUBLISHED.trim()
  .split("\n")
  .map((line) => line.split(" "));

test("the table is the published one", () => {
  expect(CHECK_IDS).toEqual(rows.map(([id]) => id));
  for (const [id = "", ...rest] of rows) {
    const severities = LEVELS.map((_, index) => LETTERS[rest[index] ?? ""]);
    expect([id, LEVELS.map((level) => checkRow(id)?.severities[level])]).toEqual([id, severities]);
    expect([id, checkRow(id)?.switch ?? checkRow(id)?.limit ?? "-"]).toEqual([id, rest[4]]);
  }
});

test("every check has a kind that the status knows, and no other name is one", () => {
  for (const row of Object.values(CHECKS)) expect(CheckType.options).toContain(row.type);
  expect(checkRow("constructor")).toBeUndefined();
  expect(checkRow("E9")).toBeUndefined();
});

describe("a job's policy", () => {
  const choices = [undefined, true, false] as const;
  const cases = LEVELS.flatMap((level) =>
    [false, true].flatMap((strictMode) =>
      SWITCHES.flatMap((name) => choices.map((choice) => ({ level, strictMode, name, choice }))),
    ),
  );

  test.each(cases)("at level $level, strictMode $strictMode, $name $choice", ({ level, strictMode, name, choice }) => {
    const policy = checkPolicy({ level, strictMode, [name]: choice });
    const column = strictMode ? 3 : LEVELS.indexOf(level);
    for (const [id = "", ...letters] of rows) {
      const byLevel = LETTERS[letters[column] ?? ""];
      const isOn = choice === true && name !== "detectSilentFailures";
      const chosen = choice === false ? "ignored" : isOn ? "failure" : byLevel;
      expect([id, policy[id as CheckId]]).toEqual([id, letters[4] === name ? chosen : byLevel]);
    }
  });

  test("a limit makes what exceeds it fail at every level, 0 included, and nothing else", () => {
    for (const level of LEVELS) {
      for (const maxNaNFraction of [0, 0.2, 1]) {
        const policy = checkPolicy({ level, maxNaNFraction, detectSilentFailures: false });
        expect(policy).toEqual({ ...checkPolicy({ level, detectSilentFailures: false }), Q4: "failure" });
      }
    }
  });

  test("stderr that fails is never that of progress bars; warnings have a switch of their own", () => {
    const policy = checkPolicy({ level: "learning", failOnStderr: true });
    expect(policy).toMatchObject({
      S1: "ignored",
      S2: "note",
      S3: "note",
      S4: "failure",
      S5: "failure",
      S6: "failure",
    });
  });

  test("single switches soften strict mode for their own groups only", () => {
    const policy = checkPolicy({ strictMode: true, failOnWarnings: false, verifyAssertions: false });
    const off = Object.fromEntries(["S2", "S3", "A1", "A2", "A3"].map((id) => [id, "ignored"]));
    expect(policy).toEqual({ ...checkPolicy({ level: "production" }), ...off });
  });

  test("is that of level development when it says nothing", () => {
    expect(checkPolicy()).toEqual(checkPolicy({ level: "development" }));
  });

  test("is that of production in strict mode, whatever level it names", () => {
    for (const level of LEVELS)
      expect(checkPolicy({ level, strictMode: true })).toEqual(checkPolicy({ level: "production" }));
  });

  test("strict mode yields to a single switch", () => {
    expect(checkPolicy({ strictMode: true, requireTypeHints: false })).toEqual({
      ...checkPolicy({ level: "production" }),
      L4: "ignored",
    });
  });

  test("asking for error handling makes even the heuristic row fail", () => {
    expect(checkPolicy({ level: "learning", requireErrorHandling: true })).toMatchObject({
      L1: "failure",
      L2: "failure",
      L3: "failure",
    });
  });

  test("asking for silent failures to be detected leaves it to the level how grave they are", () => {
    expect(checkPolicy({ level: "learning", detectSilentFailures: true })).toEqual(checkPolicy({ level: "learning" }));
  });

  test("progress bars and INFO logs on stderr never count", () => {
    fc.assert(fc.property(settings, (each) => checkPolicy(each).S1 === "ignored"));
  });

  test("execution errors fail at every level under every switch", () => {
    fc.assert(
      fc.property(settings, (each) => {
        expect(checkPolicy(each)).toMatchObject({ E1: "failure", E3: "failure", E4: "failure", X2: "failure" });
      }),
    );
  });

  test("a switch beats the level for its whole group and touches nothing else", () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(...SWITCHES), fc.boolean(), (base, name, value) => {
        const { [name]: _, ...without } = base;
        const before = checkPolicy(without);
        const after = checkPolicy({ ...without, [name]: value });
        for (const id of CHECK_IDS) {
          const inGroup = checkRow(id)?.switch === name;
          const wanted = !value ? "ignored" : name === "detectSilentFailures" ? before[id] : "failure";
          expect([id, after[id]]).toEqual([id, inGroup ? wanted : before[id]]);
        }
      }),
    );
  });

  test("a stricter level is never more lenient about anything", () => {
    const rank = Severity.options;
    for (const id of CHECK_IDS) {
      const grades = LEVELS.map((level) => rank.indexOf(checkPolicy({ level })[id]));
      expect([id, grades]).toEqual([id, [...grades].sort((a, b) => a - b)]);
    }
  });
});
