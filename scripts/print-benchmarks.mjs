// The rows that the benchmarks wrote (JSON, one per line), as one table: print-benchmarks.mjs FILE. Exit code 1 when a goal is missed.
import { readFileSync } from "node:fs";

const rows = readFileSync(process.argv[2], "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));
const cells = ({ measure, ours, peer = "", ratio = "", goal = "", isMet }) => [
  measure,
  ours,
  peer,
  ratio,
  goal,
  isMet === undefined ? "" : isMet ? "met" : "MISSED",
];
const table = [["measure", "ours", "beside", "ratio", "goal", ""], ...rows.map(cells)];
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
console.log(
  [line(table[0]), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...table.slice(1).map(line)].join(
    "\n",
  ),
);
process.exitCode = rows.some(({ isMet }) => isMet === false) ? 1 : 0;
