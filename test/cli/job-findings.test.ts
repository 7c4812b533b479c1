import { describe, expect, test } from "@jest/globals";
import { API_VERSION, KIND, type NotebookValidationJob } from "../../src/api/index.js";
import { findingsText, verdictText } from "../../src/cli/job-findings.js";

type Status = NonNullable<NotebookValidationJob["status"]>;

const PLAIN = { isTTY: false };

function ended(status: Status): NotebookValidationJob {
  const spec = { notebook: { git: { url: "https://h/a.git", ref: "main" }, path: "a.ipynb" } };
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: "a" },
    spec,
    status: { phase: "Failed", ...status },
  } as NotebookValidationJob;
}

const text = (status: Status) => findingsText(ended(status), PLAIN).join("\n");

describe("findings", () => {
  test("of a cell that has no row are shown, and say which cell it is", () => {
    const check = (cell: number) => ({
      type: "OutputVerification" as const,
      status: "Failed" as const,
      cell,
      message: `X2: cell ${cell} is a markdown cell, not code`,
    });
    const shown = text({
      results: [{ cellIndex: 1, status: "Skipped" }],
      validationChecks: [check(0), check(2)],
    });
    expect(shown).toContain("✗ cell 0: OutputVerification: X2: cell 0 is a markdown cell");
    expect(shown).toContain("✗ cell 2: OutputVerification: X2: cell 2 is a markdown cell");
  });

  test("are all explained, in the order of the status; what several have in common is advised once", () => {
    const lesson = (cell: number, severity: "error" | "warning" | "info", suggestion: string) => ({
      issue: `issue of ${cell}`,
      severity,
      cell,
      suggestion,
    });
    const shown = text({
      educationalFeedback: [
        lesson(4, "error", "raise it"),
        lesson(1, "warning", "check it"),
        lesson(3, "warning", "raise it"),
        ...[5, 6, 7, 8].map((cell) => lesson(cell, "info", `advice ${cell}`)),
      ],
    });
    expect(shown.match(/→ .*/g)).toEqual([
      ...["→ raise it", "→ check it", "→ advice 5", "→ advice 6", "→ advice 7", "→ advice 8"],
    ]);
    expect(shown).toContain("  cell 4: issue of 4\n  cell 3: issue of 3\n    → raise it");
  });
});

test("a reason that says no more than the verdict is not repeated", () => {
  expect(verdictText(ended({ verdict: "PassedWithWarnings", reason: "PassedWithWarnings" }), PLAIN)).toBe(
    "\nPassedWithWarnings",
  );
  expect(verdictText(ended({ verdict: "Failed", reason: "ChecksFailed" }), PLAIN)).toBe("\nFailed (ChecksFailed)");
});
