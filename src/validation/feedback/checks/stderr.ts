import type { FeedbackEntry } from "../entry.js";

/** S1 to S6: what a notebook says beside its results. */
export const STDERR_FEEDBACK = {
  S1: {
    explanation: "Progress bars, banners and informational logs use stderr by habit. They say nothing about success.",
    bestPractice: "Keep them: this check is never more than information.",
  },
  S2: {
    explanation:
      "A library says that something you use will change or go away. Today's result is right; the next upgrade may break it or change it.",
    bestPractice: "Pin the versions that you run with, and move to the new form while both work.",
    example: `import numpy as np

generator = np.random.default_rng(seed=7)  # in place of np.random.seed and np.random.rand
sample = generator.random(3)`,
    suggestion: "The warning names the replacement; tag the cell nbv-allow-stderr while you can't change it",
  },
  S3: {
    explanation:
      "A library warned about this very run: something did not converge, a copy was changed in place of the original, a type was guessed. The result may not be what you think.",
    bestPractice:
      "Answer a warning at its cause. Silence a single one, by category and place, when you know why it is harmless.",
    example: `import warnings

with warnings.catch_warnings():
    # The export has mixed types in a column that is not used.
    warnings.filterwarnings("ignore", category=UserWarning, message="mixed types")
    print("load the export here")`,
    suggestion: "Read the warning to its end: it names the line and often the remedy",
  },
  S4: {
    explanation:
      "Code of the cell logged a warning: it went on, but something was not as it should be. A record is told by its level's name: without logging.basicConfig, Python prints the bare message, which is S6.",
    bestPractice: "Decide whether the notebook may go on in that case. If not, raise; if so, say it at INFO.",
    example: `import logging

log = logging.getLogger("loading")
skipped, total = 3, 1000
if skipped > 0.01 * total:
    raise ValueError(f"{skipped} of {total} rows can't be read")
log.info("%d of %d rows skipped", skipped, total)`,
    suggestion: "Tag the cell nbv-allow-stderr when the warning is expected",
  },
  S5: {
    explanation:
      "An error was logged, or a traceback printed, and the cell still ended well. Somebody caught the failure and went on without its result. A record is told by its level's name: without logging.basicConfig, Python prints the bare message, which is S6.",
    bestPractice: "Log and raise. An error that is only logged is a success for everyone who runs the notebook.",
    example: `import logging

log = logging.getLogger("loading")


def parse(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        log.exception("not a number: %r", text)
        raise`,
    suggestion: "Find the except that logs, and end it with raise; look after threads and child processes, too",
  },
  S6: {
    explanation:
      "Something wrote plain text to stderr. Programs do that when something went wrong, and nobody reads it in a run without people.",
    bestPractice: "Print results to stdout, use logging with a level for the rest, and let failures raise.",
    example: `import logging

logging.basicConfig(level=logging.INFO)
logging.getLogger("prepare").info("3 files read")`,
    suggestion: "Find out who writes it; tag the cell nbv-allow-stderr if it is harmless",
  },
} as const satisfies Record<string, FeedbackEntry>;
