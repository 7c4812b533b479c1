import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allText, type NbvResult, nbvRun, notebook, writeFiles } from "./nbv.js";

/** What `nbv run --output json` prints. */
export interface Report {
  jobs: {
    name: string;
    verdict: string;
    status: {
      phase: string;
      reason?: string;
      message: string;
      source?: { commit?: string };
      attempts?: { image?: string }[];
      validationChecks?: { type: string; status: string; message?: string }[];
      results?: { cellIndex: number; status: string; errorName?: string; output?: string; traceback?: string }[];
    };
    reports: string[];
  }[];
}

/** A run with everything that it left behind. */
export interface FinishedRun extends NbvResult {
  readonly report: Report | undefined;
  /** The first job of the report. */
  readonly first: Report["jobs"][number] | undefined;
  /** Directory of the first job's report files. */
  readonly reports: string;
  /** Output and report files as one text, to look for what must not be there. */
  readonly everything: string;
}

/** A directory in which runs take place. */
export class Workshop {
  readonly root = mkdtempSync(join(tmpdir(), "nbv-e2e-"));

  /** Writes a manifest into a directory of its own and runs it. */
  async run(text: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<FinishedRun> {
    const cwd = this.directory("run-");
    writeFileSync(join(cwd, "job.yaml"), text);
    const result = await nbvRun(["job.yaml", "--output", "json", ...args], { cwd, env });
    const report = result.stdout === "" ? undefined : (JSON.parse(result.stdout) as Report);
    const directory = join(cwd, "nbv-report");
    const reports = join(directory, report?.jobs[0]?.name ?? "");
    const everything = result.stdout + result.stderr + allText(directory);
    return { ...result, report, first: report?.jobs[0], reports, everything };
  }

  /** A new directory. */
  directory(prefix: string): string {
    return mkdtempSync(join(this.root, prefix));
  }

  /** A new directory with one notebook, `nb.ipynb`. */
  tree(...cells: object[]): string {
    const directory = this.directory("tree-");
    writeFiles(directory, { "nb.ipynb": notebook(...cells) });
    return directory;
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
