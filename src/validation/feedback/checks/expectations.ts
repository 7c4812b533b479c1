import type { FeedbackEntry } from "../entry.js";

/** X1 to X3 and G1: results differ from what the job says they are. */
export const EXPECTATION_FEEDBACK = {
  X1: {
    explanation:
      "The job says what this cell's result is like, and it is not like that. What is checked is the last expression, else the last assigned name.",
    bestPractice:
      "Expect what must hold for every run (type, columns, a range), not what happened to come out. What belongs to the notebook alone, it can assert itself.",
    example: [
      {
        when: { type: "float" },
        text: `assert 0.0 <= %{name} <= 1.0, f"%{name} is {%{name}}"  # with your own bounds`,
      },
      {
        when: { type: "pandas.DataFrame" },
        text: `assert len(%{name}) > 0, "%{name} has no rows"
assert {"%{column}"} <= set(%{name}.columns), f"%{name} has {list(%{name}.columns)}"`,
      },
      `score = 0.93
assert 0.0 <= score <= 1.0, f"score is {score}"
score  # the last expression: what expectedOutputs looks at`,
    ],
    suggestion: "Decide which of the two is wrong: the cell, or spec.validationConfig.expectedOutputs",
  },
  X2: {
    explanation:
      "spec.validationConfig.expectedOutputs names a cell that the notebook does not have, or that is not code, so it could never be checked.",
    bestPractice:
      "cell counts all cells from 0, text included; codeCell counts code cells only and survives new paragraphs of text.",
    example: `import json

with open("analysis.ipynb", encoding="utf-8") as file:
    cells = json.load(file)["cells"]
for index, cell in enumerate(cells):
    print(index, cell["cell_type"], "".join(cell["source"])[:40])`,
    suggestion: "Correct the index in spec.validationConfig.expectedOutputs",
  },
  X3: {
    explanation: [
      "The notebook should have left `%{path}` behind. Whoever comes next in the pipeline will look for it.",
      "The notebook should have printed something that matches `%{pattern}`. Who reads the log waits for it.",
      "The notebook did not leave behind what the job expects: a file, or a line of its output.",
    ],
    bestPractice: [
      {
        when: { expected: "a match" },
        text: "Print what others wait for in one place, after the work that it reports, and with the numbers that prove it.",
      },
      "Write results in one place at the end, and check them where they are written.",
    ],
    example: [
      {
        when: { expected: "a match" },
        text: `def report(rows: int) -> None:
    assert rows > 0, "no rows to report"
    print(f"done: {rows} rows")  # in the words that the job expects`,
      },
      `from pathlib import Path

written = Path("%{path}")
assert written.is_file() and written.stat().st_size > 0, f"{written.resolve()} was not written"`,
      `from pathlib import Path


def require_written(path: Path) -> None:
    """To be called right after the file is written."""
    assert path.is_file() and path.stat().st_size > 0, f"{path.resolve()} was not written"`,
    ],
    suggestion: [
      {
        when: { expected: "a match" },
        text: "Compare the text with the pattern: patterns are RE2, search all text output, and tell capital letters apart",
      },
      "Compare the name with the one that the notebook writes: paths count from the notebook's working directory and are taken literally, also * and ?",
    ],
  },
  G1: {
    explanation:
      "The outputs differ from the golden notebook by more than the tolerance: results changed, or the golden is out of date.",
    bestPractice:
      "Keep goldens for what must not change, seed what is random, and leave dates and machine names out of outputs.",
    example: `import numpy as np

generator = np.random.default_rng(seed=7)
sample = generator.normal(size=1000)
print(f"mean {sample.mean():.3f}")  # as many digits as mean something`,
    suggestion:
      "Look at the differences in the report. If the new results are right, commit the executed notebook as the golden; tag cells that always differ nbv-ignore-output",
  },
} as const satisfies Record<string, FeedbackEntry>;
