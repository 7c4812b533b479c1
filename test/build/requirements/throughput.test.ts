import { expect, test } from "@jest/globals";
import { judgeRequirements, readRequirements } from "../../../src/build/index.js";

const STRICT = { allowUnpinned: false, verifyHashes: true, failOnConflict: true };

/** A lock file as pip-compile writes it: 4 lines for each package. */
function lockFile(packages: number): string {
  const lines: string[] = [];
  for (let index = 0; index < packages; index += 1) {
    const digest = index.toString(16).padStart(64, "0");
    lines.push(
      `package-${index}[extra]==1.${index} ; python_version >= "3.9" and sys_platform == "linux" \\`,
      `    --hash=sha256:${digest} \\`,
      `    --hash=sha256:${digest.replace("0", "f")}`,
      `    # via package-${Math.floor(index / 2)}`,
    );
  }
  return lines.join("\n");
}

/** Fastest of two, in milliseconds: the machine's other work is not ours. */
function timeOf(text: string): number {
  const bytes = Buffer.from(text);
  const source = { read: () => bytes, kindOf: () => "file" as const };
  return Math.min(
    ...[0, 1].map(() => {
      const start = process.cpuUsage();
      judgeRequirements(readRequirements("requirements.txt", source), STRICT);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    }),
  );
}

test("a lock file of 20,000 lines with hashes takes less than a second", () => {
  const bytes = Buffer.from(lockFile(5000));
  const verdict = judgeRequirements(
    readRequirements("requirements.txt", { read: () => bytes, kindOf: () => "file" }),
    STRICT,
  );
  expect(verdict).toEqual({ problems: [], warnings: [], isPinned: true, isHashMode: true });
  expect(timeOf(lockFile(5000))).toBeLessThan(1000);
});

test.each([
  ["of a lock file", (size: number) => lockFile(size / 4)],
  ["of one name again and again", (size: number) => Array.from({ length: size }, (_, n) => `foo>=${n}`).join("\n")],
  [
    "of one name with other markers",
    (size: number) => Array.from({ length: size }, (_, n) => `foo==1.${n} ; os_name == "${n}"`).join("\n"),
  ],
  [
    "of constraints on one name",
    (size: number) => Array.from({ length: size }, (_, n) => `foo ; python_version > "${n}"`).join("\n"),
  ],
  ["of one line that goes on", (size: number) => "foo \\\n".repeat(size)],
  ["of one line of spaces", (size: number) => `foo${" ".repeat(size * 20)}x`],
  ["of one line of clauses", (size: number) => `foo${">=1,".repeat(size)}`],
  ["of one line of brackets", (size: number) => `foo; ${"(".repeat(size * 5)}`],
  ["of one line of dashes", (size: number) => `foo ${"- ".repeat(size * 5)}`],
  ["of one line of hashes", (size: number) => `foo==1 ${`--hash=sha256:${"a".repeat(64)} `.repeat(size)}`],
  ["of one line of quotes", (size: number) => `-i ${'"a" '.repeat(size * 5)}`],
  ["of credentials", (size: number) => `foo @ https://${"a:b@".repeat(size * 5)}`],
])(
  "the time %s grows with its size, not with its square",
  (_, text) => {
    timeOf(text(2000));
    const small = Math.max(5, timeOf(text(4000)));
    const large = timeOf(text(32_000));
    // Eight times the size; a square would be sixty-four times the time.
    expect(large / small).toBeLessThan(30);
  },
  120_000,
);

test("files that include each other in layers end at a limit", () => {
  const read = (path: string) => {
    const layer = Number(/[0-9]+/.exec(path)?.[0] ?? 0);
    return Buffer.from(layer < 9 ? `-r layer${layer + 1}.txt\n`.repeat(20) : "foo");
  };
  const set = readRequirements("requirements.txt", { read, kindOf: () => "file" });
  expect(set.problems.at(-1)?.message).toContain("more than 200 times");
});
