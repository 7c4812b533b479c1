import type { FeedbackEntry } from "../entry.js";

/** E1 to E7: errors, and endings that hide what was not run. */
export const EXECUTION_FEEDBACK = {
  E1: {
    explanation: "The cell raised an error, so what follows it was not run or can't be trusted.",
    bestPractice:
      "Let errors that you don't expect stop the notebook. Catch only those that you can answer, and say what was missing.",
    example: `try:
    settings = open("settings.json", encoding="utf-8").read()
except FileNotFoundError as error:
    raise RuntimeError("settings.json is missing: run prepare.ipynb first") from error`,
    suggestion: "Read the end of the traceback first: it names the line and the cause",
  },
  E2: {
    explanation: "The cell is tagged raises-exception, which says that it shows an error. It no longer does.",
    bestPractice: "A demonstration of an error can check itself. Then it needs no tag, and says what it expects.",
    example: `try:
    int("not a number")
except ValueError as error:
    print("as expected:", error)
else:
    raise AssertionError("int() took a text that is no number")`,
    suggestion: "Remove the tag, or bring the error back",
  },
  E3: {
    explanation: "The kernel ended or was stopped before the cell was done.",
    bestPractice:
      "Give the notebook the memory and time that it needs, and keep cells small enough to see which one needs it.",
    example: `import pandas as pd

total = 0.0
for part in pd.read_csv("sales.csv", usecols=["amount"], chunksize=100_000):
    total += part["amount"].sum()`,
    suggestion: "Look at the memory curve and the times of the cells in the report",
  },
  E4: {
    explanation: [
      "The notebook ended its process with status %{code}. A status says that something failed, but not what.",
      "The notebook ended its process with a status that says failure. It does not say what failed.",
    ],
    bestPractice: "Raise an exception instead: it stops the notebook as well, and keeps the traceback and the reason.",
    example: `score, baseline = 0.71, 0.74

if score < baseline:
    raise RuntimeError(f"the model ({score:.3f}) is worse than the baseline ({baseline:.3f})")`,
  },
  E5: {
    explanation:
      "The notebook ended with status 0 before its last cell. What follows was never run, so nothing proves it.",
    bestPractice: "Put conditions around optional parts instead of leaving early.",
    example: `rows = []

if rows:
    print(f"{len(rows)} rows to process")
else:
    print("nothing to do today")`,
    suggestion: "Raise an exception if the rest must not run; use a condition if it need not",
  },
  E6: {
    explanation:
      "quit() and exit() belong to the interactive prompt. In a notebook that runs by itself they stop nothing: the cells below go on, with whatever is there.",
    bestPractice: "Raise an exception when the notebook must not go on.",
    example: 'raise RuntimeError("the input is incomplete: no rows for May")',
    suggestion: "Remove the call, or raise an exception in its place",
  },
  E7: {
    explanation: [
      "The command `%{command}` failed, and Jupyter went on as if nothing had happened: a `!` never stops a notebook.",
      "A shell command of the cell failed, and Jupyter went on as if nothing had happened: a `!` never stops a notebook.",
    ],
    bestPractice: "Run commands that matter so that their failure raises.",
    example: [
      `import subprocess

subprocess.run("%{command}", shell=True, check=True)`,
      `import subprocess

subprocess.run(["make", "data"], check=True)`,
    ],
    suggestion: "Run the command in a terminal of the same image; install packages by requirements.txt, not by !pip",
  },
} as const satisfies Record<string, FeedbackEntry>;
