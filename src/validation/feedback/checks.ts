import type { CheckId } from "../checks/table.js";
import type { FeedbackEntry } from "./entry.js";

/** What the checks teach. Checks that find nothing yet have no entry yet. */
export const CHECK_FEEDBACK: Readonly<Partial<Record<CheckId, FeedbackEntry>>> = {
  E1: {
    explanation: "The cell raised an error, so what follows it was not run or can't be trusted.",
    bestPractice: "Let errors that you don't expect stop the notebook, and catch only those that you can answer.",
    suggestion: "Read the end of the traceback first: it names the line and the cause",
  },
  E2: {
    explanation: "The cell is tagged raises-exception, which says that it shows an error. It no longer does.",
    bestPractice: "A demonstration that stopped failing shows something else than its text says.",
    suggestion: "Remove the tag, or bring the error back",
  },
  E3: {
    explanation: "The kernel ended or was stopped before the cell was done.",
    bestPractice:
      "Give the notebook the memory and time that it needs, and keep cells small enough to see which one needs it.",
  },
  E4: {
    explanation: "The notebook ended its process with a status that says failure.",
    bestPractice: "Raise an exception instead: it stops the notebook too, and keeps the traceback.",
    example: 'raise RuntimeError("the model is worse than the baseline")',
  },
  E5: {
    explanation: "The notebook ended with status 0 before its last cell, so the rest was never run.",
    bestPractice: "Use conditions around optional parts instead of leaving early.",
    example: "if not rows:\n    print('nothing to do')\nelse:\n    ...",
  },
  E6: {
    explanation: "quit() and exit() are for interactive use: they end the kernel and skip all cells below.",
    bestPractice: "Raise an exception when the notebook must not go on.",
    example: 'raise SystemExit("input is incomplete")',
  },
  E7: {
    explanation: "A shell command of the cell failed. Jupyter goes on as if nothing had happened.",
    bestPractice: "Run commands that matter with a check.",
    example: "import subprocess\nsubprocess.run(['make', 'data'], check=True)",
  },
};
