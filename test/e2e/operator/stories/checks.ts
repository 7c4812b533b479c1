import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../bench.js";
import type { World, WorldRepository } from "../world.js";

const LOADER = `def load_rows(path):
    try:
        return open(path).read().splitlines()
    except OSError:
        print("no rows today")`;

/** Notebooks that run without an error, and what their jobs say about them all the same. */
export function tellOfChecks(world: () => World): void {
  describe("what the checks say", () => {
    let bench: Bench;
    let repository: WorldRepository;
    const notebook = (path: string) => ({ git: { url: repository.urls.http, ref: "main" }, path });
    const podConfig = () => ({ containerImage: world().images.notebook });

    beforeAll(async () => {
      bench = await Bench.in(world(), "checks");
      repository = await world().git.repository({
        "silent.ipynb": cells(LOADER, "rows = load_rows('missing.txt')", "print('done')"),
        "scores.ipynb": cells(
          "score = 0.5 + 0.25\nassert 0 <= score <= 1\nscore",
          "open('scores.csv', 'w').write('score\\n0.75\\n')\nprint('1 row written')",
        ),
        "golden.ipynb": golden("score = 0.5 + 0.25\nassert 0 <= score <= 1\nscore", "0.85"),
      });
      const once = { podConfig: podConfig(), retryPolicy: { enabled: false } };
      await bench.apply(
        aJob("silent", {
          ...once,
          notebook: notebook("silent.ipynb"),
          validationConfig: { level: "development", educationalMode: true },
        }),
        aJob("expected", {
          ...once,
          notebook: notebook("scores.ipynb"),
          validationConfig: {
            expectedOutputs: [{ codeCell: 0, type: "float", range: [0.7, 1] }],
            expectedFiles: [{ path: "scores.csv", minBytes: 5 }],
            expectedLogs: [{ pattern: "[0-9]+ rows? written" }],
          },
        }),
        aJob("differs", {
          ...once,
          notebook: notebook("scores.ipynb"),
          goldenNotebook: { path: "golden.ipynb" },
        }),
      );
    });

    test("a loader that returns None fails the job in its cell, and the status teaches why", async () => {
      const { status } = await bench.end("silent");
      expect(status).toMatchObject({ phase: "Failed", verdict: "Failed", fault: "user" });
      expect(status?.message).toMatch(/N1.*cell 1.*`rows` is None/);
      expect(status?.validationChecks?.[0]).toMatchObject({ type: "SilentFailure", status: "Failed", cell: 1 });
      const lesson = status?.educationalFeedback?.find(({ issue }) => issue.includes("`rows` is None"));
      expect(lesson).toMatchObject({
        severity: "error",
        cell: 1,
        explanation: expect.stringContaining("`load_rows`"),
        example: expect.stringContaining("assert rows is not None"),
        suggestion: expect.stringContaining("`load_rows`"),
        documentation: expect.stringMatching(/docs\/checks\.md#n1$/),
      });
    });

    test("what a job expects of values, files and texts is shown as proven", async () => {
      const { status } = await bench.end("expected");
      expect([status?.phase, status?.message]).toEqual(["Succeeded", expect.any(String)]);
      const passed = status?.validationChecks?.filter(({ status: said }) => said === "Passed").map(({ type }) => type);
      expect(passed).toEqual(expect.arrayContaining(["ExitCode", "OutputVerification", "ExpectedFile", "ExpectedLog"]));
    });

    test("a result that differs from the golden notebook's fails the job and shows the difference", async () => {
      const { status } = await bench.end("differs");
      expect(status).toMatchObject({ phase: "Failed", verdict: "Failed", reason: "ComparisonFailed" });
      expect(status?.comparisonResult).toMatchObject({ result: "failed", mismatchedCells: expect.any(Number) });
      expect(JSON.stringify(status?.comparisonResult?.diffs)).toContain("0.85");
      expect(status?.validationChecks?.[0]).toMatchObject({ type: "OutputVerification", status: "Failed", cell: 0 });
    });
  });
}

/** `scores.ipynb` as somebody ran it, when its first cell gave another result. */
function golden(first: string, result: string): string {
  const document = JSON.parse(
    cells(first, "open('scores.csv', 'w').write('score\\n0.75\\n')\nprint('1 row written')").toString(),
  ) as { cells: { execution_count: number | null; outputs: object[] }[] };
  const [scored, written] = document.cells;
  const data = { "text/plain": result };
  Object.assign(scored ?? {}, {
    execution_count: 1,
    outputs: [{ output_type: "execute_result", execution_count: 1, data, metadata: {} }],
  });
  Object.assign(written ?? {}, {
    execution_count: 2,
    outputs: [{ output_type: "stream", name: "stdout", text: "1 row written\n" }],
  });
  return JSON.stringify(document);
}
