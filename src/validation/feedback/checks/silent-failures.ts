import type { FeedbackEntry } from "../entry.js";

/** N1 to N4: None where a value was expected. */
export const SILENT_FAILURE_FEEDBACK = {
  N1: {
    explanation: [
      "`%{name}` holds nothing: `%{call}`, a function of this project, returned None. What uses `%{name}` later fails far from the cause, or does not fail at all and gives wrong results.",
      "A function of this project returned None where a value was expected. What uses it later fails far from the cause, or does not fail at all and gives wrong results.",
    ],
    bestPractice:
      "Let a function raise when it can't do its work, instead of returning None. Where None is an answer, say so in its type and ask for it at the call.",
    example: [
      `%{name} = %{call}(...)
assert %{name} is not None, "%{call} gave no result"`,
      `def load(path: str) -> list[str]:
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    if not lines:
        raise ValueError(f"{path} is empty")
    return lines`,
    ],
    suggestion: [
      "Look in `%{call}` for the path that ends without a value: an early return, a swallowed exception, a missing else. If None is right here, check for it or tag the cell nbv-allow-none",
      "Look for the path that ends without a value: an early return, a swallowed exception, a missing else. If None is right here, check for it or tag the cell nbv-allow-none",
    ],
  },
  N2: {
    explanation: [
      "`%{call}` returned None, and `%{name}` now holds nothing. Often it is a call that changes an object in place: its result is always None, and assigning it loses the object.",
      "A library call returned None. Often it is a call that changes an object in place: its result is always None, and assigning it loses the object.",
    ],
    bestPractice: "Assign the results of calls that return something; call the others on a line of their own.",
    example: `values = [3, 1, 2]

ordered = sorted(values)  # a new list
values.sort()  # in place: nothing to assign`,
    suggestion: [
      "Look up what `%{call}` returns; drop inplace=True, or drop the assignment",
      "Look up what the call returns; drop inplace=True, or drop the assignment",
    ],
  },
  N3: {
    explanation: [
      "`%{call}` answers None when it finds nothing, and nothing was found. `%{name}` is used as if something had been.",
      "The call answers None when it finds nothing, and nothing was found. What follows assumes that something was.",
    ],
    bestPractice:
      'Choose what absence means: the form that raises (`settings["url"]`, `os.environ["URL"]`), a default, or a check.',
    example: [
      `%{name} = %{call}(...)
if %{name} is None:
    raise LookupError("%{call} found nothing")`,
      `import re

match = re.search(r"v([0-9]+)", "release v12")
if match is None:
    raise LookupError("the text names no version")
version = int(match[1])`,
    ],
    suggestion: "Check for None in this cell or the next; tag the cell nbv-allow-none if absence is fine",
  },
  N4: {
    explanation: [
      "The cell ends in a call to `%{call}`, which returns values elsewhere, and here gave None. Jupyter shows nothing for None, so nobody sees it.",
      "The cell ends in a call to a function that returns values elsewhere, and here gave None. Jupyter shows nothing for None, so nobody sees it.",
    ],
    bestPractice: "Give the result a name and check it; let functions raise instead of returning None.",
    example: [
      `result = %{call}(...)
assert result is not None, "%{call} gave no result"
result`,
      `def share(part: float, whole: float) -> float:
    if whole == 0:
        raise ValueError("no share of nothing")
    return part / whole


share(1, 4)`,
    ],
    suggestion: [
      "Look in `%{call}` for the path that ends without a value",
      "Look for the path that ends without a value",
    ],
  },
} as const satisfies Record<string, FeedbackEntry>;
