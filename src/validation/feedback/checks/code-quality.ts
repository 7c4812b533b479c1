import type { FeedbackEntry } from "../entry.js";
import { CIRCUMSTANCES } from "./circumstances.js";

/** L1 to L7: what the source itself tells. */
export const CODE_QUALITY_FEEDBACK = {
  L1: {
    explanation: [
      "The except in line %{line} takes every error and does nothing about it, the misspelt name in your own code included. The notebook goes on without the result and ends as a success.",
      "An except takes every error and does nothing about it, the misspelt name in your own code included. The notebook goes on without the result and ends as a success.",
    ],
    bestPractice: "Catch the errors that you can name and answer. Let all others stop the notebook.",
    example: `from pathlib import Path

cache = Path("cache.json")
try:
    text = cache.read_text(encoding="utf-8")
except FileNotFoundError:
    text = "{}"  # the first run has no cache yet`,
    suggestion: "Name the exception, and write what happens instead; if nothing can, remove the try",
  },
  L2: {
    explanation: [
      "`%{function}` answers an error with None. Its callers can't see that anything failed, and the reason is lost.",
      "A function answers an error with None. Its callers can't see that anything failed, and the reason is lost.",
    ],
    bestPractice: "Let the exception out, with what you know about it added.",
    example: [
      `def %{function}(path: str) -> str:
    try:
        return open(path, encoding="utf-8").read()
    except OSError as error:
        raise RuntimeError(f"can't read {path}") from error`,
      `def load(path: str) -> str:
    try:
        return open(path, encoding="utf-8").read()
    except OSError as error:
        raise RuntimeError(f"can't read {path}") from error`,
    ],
    suggestion: [
      "End the except of `%{function}` with raise in place of return None",
      "End the except with raise in place of return None",
    ],
  },
  L3: {
    explanation: [
      "`%{call}` depends on a disk, a network or a database, and nothing shows that somebody thought of its failure.",
      "The cell depends on a disk, a network or a database, and nothing shows that somebody thought of its failure.",
    ],
    bestPractice:
      "An error that stops the notebook is no mistake, so no level makes this a failure; what goes to production is only asked to have thought of it. Handle the error where you can add something: which input, who provides it, a time limit, a second try.",
    example: [
      `try:
    data = %{call}(...)
except OSError as error:
    raise RuntimeError("the input can't be read: is the volume mounted?") from error`,
      `from urllib.error import URLError
from urllib.request import urlopen


def fetch(url: str) -> bytes:
    try:
        with urlopen(url, timeout=30) as answer:
            return answer.read()
    except URLError as error:
        raise RuntimeError(f"{url} can't be reached") from error`,
    ],
    suggestion:
      "Say what is missing when it fails, and give network calls a time limit. Where stopping says enough, the warning may stand",
  },
  L4: {
    explanation: [
      "`%{function}` does not say what it takes and gives. Readers guess, and tools can't check its callers.",
      "A function does not say what it takes and gives. Readers guess, and tools can't check its callers.",
    ],
    bestPractice: "State the types of parameters and result. They document None, units and shapes where it matters.",
    example: [
      `from __future__ import annotations

import pandas as pd


def %{function}(data: pd.DataFrame, limit: float = 0.5) -> pd.DataFrame: ...`,
      `from __future__ import annotations

import pandas as pd


def keep_recent(orders: pd.DataFrame, days: int = 30) -> pd.DataFrame:
    return orders[orders["age"] <= days]`,
    ],
    suggestion: [
      "Annotate the parameters and the result of `%{function}`",
      "Annotate parameters and results; -> None for functions that only act",
    ],
  },
  L5: {
    explanation:
      "The notebook switches off warnings or assertions for everything that follows. What they would have said about this run is lost, to you and to this validation.",
    bestPractice: "Silence one warning, in one place, with the reason beside it.",
    example: `import warnings

with warnings.catch_warnings():
    # Old export format, to go with the new importer.
    warnings.simplefilter("ignore", DeprecationWarning)
    print("import the export here")`,
    suggestion: 'Remove warnings.filterwarnings("ignore") and PYTHONOPTIMIZE, and look at what comes up',
  },
  L6: CIRCUMSTANCES,
  L7: {
    explanation:
      "Duplicate, empty and very long cells make a notebook hard to follow, and a failure in one hard to place. A misspelt nbv- tag does nothing.",
    bestPractice: "One step per cell, with a line of text that says why; repeated code becomes a function.",
    example: `def summarise(values: list[float]) -> str:
    return f"{len(values)} values, mean {sum(values) / len(values):.2f}"


print(summarise([1.0, 2.0]))`,
    suggestion: "Merge or delete the cell, or move its code to a function; correct the tag",
  },
} as const satisfies Record<string, FeedbackEntry>;
