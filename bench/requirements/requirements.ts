// What reading and judging requirements files costs: a hashed lock file of 20,000 lines beside pip's own reader and beside
// splitting it into lines, and how the cost of unusual files grows with their size. node bench/run.mjs requirements
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeRequirements, readRequirements } from "../../src/build/index.js";
import { LARGE_FILES, lockFile } from "../../test/build/requirements/large-files.js";
import { report } from "../row.js";
import { median } from "../statistics.js";

const ROUNDS = 5;
const PACKAGES = 5000;
const GOAL_SECONDS = 1;
/** Eight times the size; a square would be sixty-four times the time. */
const SIZES = [4000, 32_000] as const;
const GOAL_GROWTH = 30;
/** Below it, times of one call tell little, in seconds. */
const LEAST_SECONDS = 0.005;
const STRICT = { allowUnpinned: false, verifyHashes: true, failOnConflict: true };
const PIP_READER = join(process.cwd(), "bench/requirements/parse_with_pip.py");

/** Seconds of CPU time. */
function secondsOf(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}

function judge(bytes: Uint8Array): void {
  judgeRequirements(readRequirements("requirements.txt", { read: () => bytes, kindOf: () => "file" }), STRICT);
}

/** Of several sizes: the fastest of three each, since the machine's other work is not ours. */
function growthOf(text: (size: number) => string): number {
  const [small = 0, large = 0] = SIZES.map((size) => {
    const bytes = Buffer.from(text(size));
    return Math.min(...[0, 1, 2].map(() => secondsOf(() => judge(bytes))));
  });
  return large / Math.max(LEAST_SECONDS, small);
}

const bytes = Buffer.from(lockFile(PACKAGES));
const folder = mkdtempSync(join(tmpdir(), "nbv-bench-"));
const file = join(folder, "requirements.txt");
writeFileSync(file, bytes);
const ours: number[] = [];
const pips: number[] = [];
const splits: number[] = [];
try {
  for (let round = 0; round <= ROUNDS; round += 1) {
    const seconds = [
      secondsOf(() => judge(bytes)),
      Number(execFileSync(".venv/bin/python", ["-I", PIP_READER, file], { encoding: "utf8" })),
      secondsOf(() => void bytes.toString("utf8").split("\n")),
    ] as const;
    // The first one warms up.
    if (round === 0) continue;
    ours.push(seconds[0]);
    pips.push(seconds[1]);
    splits.push(seconds[2]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const [mine, pip, split] = [median(ours), median(pips), median(splits)];
const growths = Object.entries(LARGE_FILES).map(([name, text]) => ({ name, growth: growthOf(text) }));
growths.sort((a, b) => b.growth - a.growth);
for (const { name, growth } of growths) console.log(`eight times ${name}: ${growth.toFixed(1)} times the CPU time`);
const steepest = growths[0]?.growth ?? 0;
console.log(
  `lock file of ${PACKAGES * 4} lines: ${mine.toFixed(3)} s; pip reads it in ${pip.toFixed(3)} s; lines alone ${split.toFixed(4)} s`,
);
report([
  {
    measure: `reading and judging a hashed lock file of ${PACKAGES * 4} lines, CPU time`,
    ours: `${mine.toFixed(2)} s`,
    peer: `pip's reader ${pip.toFixed(2)} s, splitting into lines ${(split * 1000).toFixed(1)} ms`,
    ratio: (mine / pip).toFixed(2),
    goal: `≤ ${GOAL_SECONDS} s`,
    isMet: mine <= GOAL_SECONDS,
  },
  {
    measure: `CPU time of requirements files of eight times the size, ${growths.length} kinds, the steepest`,
    ours: `${steepest.toFixed(1)} ×`,
    goal: `≤ ${GOAL_GROWTH} × (a square: 64)`,
    isMet: steepest <= GOAL_GROWTH,
  },
]);
