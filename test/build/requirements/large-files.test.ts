import { describe, expect, test } from "@jest/globals";
import { judgeRequirements, readRequirements } from "../../../src/build/index.js";
import { read } from "./as-pip-says-it.js";
import { LARGE_FILES, lockFile } from "./large-files.js";

const STRICT = { allowUnpinned: false, verifyHashes: true, failOnConflict: true };

// What reading costs is measured by bench/requirements: no test depends on time.

test("a lock file of 20,000 lines with hashes has nothing wrong", () => {
  const set = read({ files: { "requirements.txt": lockFile(5000) } });
  expect(set.entries).toHaveLength(5000);
  expect(judgeRequirements(set, STRICT)).toEqual({ problems: [], warnings: [], isPinned: true, isHashMode: true });
});

/** Of each file: its entries, whether reading it and whether judging it finds something wrong. */
const EXPECTED: Readonly<Record<string, readonly [entries: number, isMisread: boolean, isRefused: boolean]>> = {
  "a lock file": [1000, false, false],
  "one name again and again": [4000, false, true],
  "one name with other markers": [4000, false, true],
  "constraints on one name": [4000, false, true],
  "one line that goes on": [0, true, true],
  "one line of spaces": [0, true, true],
  "one line of clauses": [1, false, true],
  "one line of brackets": [0, true, true],
  "one line of dashes": [1, false, true],
  "one line of hashes": [1, false, false],
  "one line of quotes": [0, false, false],
  credentials: [1, false, true],
};

test.each(Object.entries(LARGE_FILES))("%s is read and judged to the end", (name, text) => {
  const set = read({ files: { "requirements.txt": text(4000) } });
  const { problems } = judgeRequirements(set, STRICT);
  expect([set.entries.length, set.problems.length > 0, problems.length > 0]).toEqual(EXPECTED[name]);
});

test("files that include each other in layers end at a limit", () => {
  const layers = (path: string) => {
    const layer = Number(/[0-9]+/.exec(path)?.[0] ?? 0);
    return Buffer.from(layer < 9 ? `-r layer${layer + 1}.txt\n`.repeat(20) : "foo");
  };
  const set = readRequirements("requirements.txt", { read: layers, kindOf: () => "file" });
  expect(set.problems.at(-1)?.message).toContain("more than 200 times");
});

describe("files that are included again and again", () => {
  const repository = (files: Readonly<Record<string, string>>) => ({
    read: (path: string) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
    kindOf: () => "file" as const,
  });

  test("end at a limit of lines, each counted as often as it is included", () => {
    const files = { "requirements.txt": "-r b.txt\n".repeat(200), "b.txt": "a==1\n".repeat(1000) };
    const set = readRequirements("requirements.txt", repository(files));
    expect(set.entries.length).toBeLessThan(30_000);
    expect(set.problems).toEqual([
      expect.objectContaining({
        reason: "RequirementsInvalid",
        message: "the files have more than 30000 lines together, each counted as often as it is included",
      }),
    ]);
    expect(judgeRequirements(set, STRICT).reason).toBe("RequirementsInvalid");
  });

  test("end at a limit of bytes", () => {
    const files = { "requirements.txt": "-r b.txt\n".repeat(200), "b.txt": `# ${"x".repeat(1024 ** 2)}\nfoo==1\n` };
    const set = readRequirements("requirements.txt", repository(files));
    expect(set.entries).toHaveLength(15);
    expect(set.problems).toMatchObject([{ position: { line: 16 }, message: expect.stringContaining("16 MiB") }]);
  });

  test("are read as often as pip does below the limits: the last index counts", () => {
    const files = {
      "requirements.txt": "-r a.txt\n-r b.txt\n-r a.txt\n",
      "a.txt": "-i https://a\n",
      "b.txt": "-i https://b\n",
    };
    const set = readRequirements("requirements.txt", repository(files));
    expect(set.options.map(({ position }) => position.path)).toEqual(["a.txt", "b.txt", "a.txt"]);
  });

  test("tell only the first thousand of their mistakes, and count the others", () => {
    const { problems } = judgeRequirements(read({ files: { "requirements.txt": "foo==\n".repeat(3000) } }), STRICT);
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)).toMatchObject({ position: { line: 1001 }, message: "and 2000 more from here on" });
  });
});
