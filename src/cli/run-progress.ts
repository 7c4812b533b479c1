import type { CellResult, NotebookValidationJob } from "../api/index.js";
import { oneLine } from "./job-findings.js";
import { isFinished } from "./job-next-steps.js";
import { palette, printable } from "./output.js";

/** Where progress goes: stderr, or a recorder in tests. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Tells on stderr how a run comes along: a line per event and finished cell; on a terminal also one line that changes. */
export class RunProgress {
  private readonly paint: ReturnType<typeof palette>;
  private phase = "";
  private pod = "";
  private told = "";
  private hasLiveLine = false;
  private readonly cells = new Map<number, string>();

  constructor(private readonly stream: ProgressStream) {
    this.paint = palette(stream);
  }

  /** One line that stays. */
  line(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** One line that the next one replaces; nothing where lines can't be replaced. */
  live(text: string): void {
    if (this.stream.isTTY !== true) return;
    this.clear();
    this.stream.write(this.paint.dim(printable(text).slice(0, (this.stream.columns ?? 80) - 1)));
    this.hasLiveLine = true;
  }

  /** Takes the job as it stands now. */
  show(job: NotebookValidationJob): void {
    const { phase = "", message = "", validationPodName = "", results = [], progress } = job.status ?? {};
    if (validationPodName !== this.pod) {
      this.pod = validationPodName;
      this.cells.clear();
    }
    for (const cell of results) this.showCell(cell);
    const hasReason = (phase === "Retrying" || phase === "Pending") && message !== "";
    const said = hasReason ? `${phase}: ${message}` : phase;
    if (phase !== "" && said !== this.told && !isFinished(job)) {
      if (phase !== this.phase || phase === "Retrying") this.line(`${this.paint.dim("·")} ${oneLine(said, 512)}`);
      this.told = said;
      this.phase = phase;
    }
    const running = results.find(({ status }) => status === "Running")?.cellIndex ?? progress?.cell;
    const total = progress?.totalCells;
    if (phase === "ValidationRunning" && running !== undefined) {
      this.live(`  running cell ${running}${total === undefined ? "" : ` of ${total}`} (${progress?.percent ?? 0} %)`);
    }
  }

  /** Nothing more will come. */
  end(): void {
    this.clear();
  }

  private showCell(cell: CellResult): void {
    if (cell.status === "Running" || this.cells.get(cell.cellIndex) === cell.status) return;
    this.cells.set(cell.cellIndex, cell.status);
    const { red, yellow, green, dim } = this.paint;
    const mark = { Success: green("✓"), Failure: red("✗"), Skipped: dim("-"), Warning: yellow("!") }[cell.status];
    const error =
      cell.errorName === undefined ? "" : `  ${red(oneLine(`${cell.errorName}: ${cell.errorMessage ?? ""}`))}`;
    this.line(
      `  ${mark} cell ${cell.cellIndex}${cell.executionTime === undefined ? "" : dim(`  ${cell.executionTime}`)}${error}`,
    );
  }

  private clear(): void {
    if (!this.hasLiveLine) return;
    this.stream.write("\r\x1b[K");
    this.hasLiveLine = false;
  }
}
