import { counted, palette, printable } from "./output.js";

/** The answer of `runner/tool.py compare`, as far as it is shown: see runner/nbv_runner/golden/comparison_document.py. */
export interface ComparisonReport {
  readonly result: "matched" | "failed" | "skipped";
  readonly message: string;
  readonly diffs: readonly {
    readonly diffType: string;
    readonly severity: "minor" | "major" | "critical";
    readonly message: string;
    readonly diff?: string;
  }[];
  readonly diffsLeftOut: number;
  readonly notCompared: readonly { readonly cell: number; readonly reason: string }[];
}

const MARKS = { minor: "note", major: "differs", critical: "FAILED" } as const;

/** The report for people: one paragraph per difference, colours only for a terminal. */
export function comparisonText(report: ComparisonReport, stream: { isTTY?: boolean }): string {
  const { red, yellow, green, bold, dim } = palette(stream);
  const paint = { minor: dim, major: yellow, critical: red };
  const lines: string[] = [];
  for (const { severity, message, diff } of report.diffs) {
    lines.push(`${paint[severity](MARKS[severity])} ${bold(printable(message))}`);
    if (diff !== undefined && diff.startsWith("--- ")) lines.push(...diff.split("\n").map(diffLine), "");
  }
  if (report.diffsLeftOut > 0) lines.push(dim(`${counted(report.diffsLeftOut, "more difference")}`));
  for (const { cell, reason } of report.notCompared)
    lines.push(dim(`cell ${cell} was not compared: ${printable(reason)}`));
  const verdict = { matched: green, failed: red, skipped: yellow }[report.result];
  return `${[...lines, verdict(printable(report.message))].join("\n")}\n`;

  function diffLine(line: string): string {
    const text = `    ${printable(line)}`;
    if (/^(?:---|\+\+\+) /.test(line) || line.startsWith("@@")) return dim(text);
    if (line.startsWith("-")) return red(text);
    return line.startsWith("+") ? green(text) : text;
  }
}
