import { oneLine } from "./job-findings.js";

/** Width of the last column where there is no terminal to fit it into. */
const LAST_WIDTH = 120;
const LEAST_WIDTH = 20;
const GAP = "   ";

/**
 * Rows under their titles, one line each. The last column is cut to what is left of the terminal.
 * @param paint colours a finished line by the index of its row
 */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  paint: (line: string, row: number) => string = (line) => line,
): string {
  const lines = [titles, ...rows].map((cells) => cells.map((text) => oneLine(text, 32_768)));
  const widths = titles.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = stream.isTTY === true ? Math.max(LEAST_WIDTH, (stream.columns ?? 80) - before - 1) : LAST_WIDTH;
  const text = lines.map((cells, index) => {
    const padded = cells.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const line = [...padded, oneLine(cells.at(-1) ?? "", room)].join(GAP).trimEnd();
    return index === 0 ? line : paint(line, index - 1);
  });
  return `${text.join("\n")}\n`;
}
