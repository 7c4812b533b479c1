import { appendFileSync } from "node:fs";

/** One line of the table that `make bench` prints. */
export interface Row {
  /** What was measured, with its unit. */
  readonly measure: string;
  /** Ours, as people read it. */
  readonly ours: string;
  /** What it is compared with in the same run. @default nothing */
  readonly peer?: string;
  /** Ours over the peer's, or the other way round where more is better. */
  readonly ratio?: string;
  readonly goal?: string;
  /** Whether the goal is met; absent where there is none. */
  readonly isMet?: boolean;
}

/** Adds rows to the file that `NBV_BENCH_ROWS` names (JSON, one per line), if it does. */
export function report(rows: readonly Row[]): void {
  const file = process.env["NBV_BENCH_ROWS"];
  if (file) appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
