import type { FeedbackEntry } from "../entry.js";

/** Q1 to Q6: numbers and tables that hold nothing usable. */
export const DATA_QUALITY_FEEDBACK = {
  Q1: {
    explanation: [
      "`%{name}` is NaN, not a number. NaN raises no error and compares as false with everything, so it wanders through all that is computed from it.",
      "The value is NaN, not a number. NaN raises no error and compares as false with everything, so it wanders through all that is computed from it.",
    ],
    bestPractice: "Check a number where it is made. The mean of an empty selection and 0/0 are the usual sources.",
    example: [
      `import math

assert math.isfinite(%{name}), f"%{name} is {%{name}}"`,
      `import math

amounts = [12.5, 8.0]
assert amounts, "no amounts to average"
mean = sum(amounts) / len(amounts)
assert math.isfinite(mean), f"mean is {mean}"`,
    ],
    suggestion:
      "Look at what goes in: is the selection empty, is a column NaN? Tag the cell nbv-allow-nan if NaN is meant",
  },
  Q2: {
    explanation: [
      "`%{name}` holds an infinite number: a division by zero, a logarithm of zero or an overflow. Means, scalers and models take it without a word.",
      "The value holds an infinite number: a division by zero, a logarithm of zero or an overflow. Means, scalers and models take it without a word.",
    ],
    bestPractice: "Decide what the undefined cases are before you divide, and check that all numbers are finite.",
    example: [
      `import numpy as np

assert np.isfinite(%{name}).all(), "%{name} has infinite numbers"`,
      `import numpy as np

visits = np.array([10, 0, 5])
sales = np.array([2, 1, 1])
rate = np.divide(sales, visits, out=np.full(len(sales), np.nan), where=visits > 0)
assert not np.isinf(rate).any(), "a rate is infinite"`,
    ],
    suggestion: "Find the rows whose divisor is zero",
  },
  Q3: {
    explanation: [
      "In `%{name}`, column %{column} has no value at all. A renamed column, a join without matches, or a failed conversion looks like this.",
      "`%{name}` has no value at all, only NaN. A renamed column, a join without matches, or a failed conversion looks like this.",
      "The data has no value at all, only NaN. A renamed column, a join without matches, or a failed conversion looks like this.",
    ],
    bestPractice: "Check after each join and each conversion that something was matched and converted.",
    example: [
      `share = %{name}["%{column}"].notna().mean()
assert share > 0, "%{column} of %{name} is NaN in every row"`,
      `import numpy as np

assert not np.isnan(%{name}).all(), "%{name} has no value at all"`,
      `import pandas as pd

orders = pd.DataFrame({"customer": [1, 2], "amount": ["12.50", "8.00"]})
orders["amount"] = pd.to_numeric(orders["amount"], errors="raise")
assert orders["amount"].notna().any(), "no amount was converted"`,
    ],
    suggestion:
      "Compare join keys, column names and formats with what the file has today. Tag the cell nbv-allow-nan if NaN is meant",
  },
  Q4: {
    explanation: [
      "A share of %{fraction} of `%{name}` is NaN. That can be right; it should be a decision, not a surprise.",
      "Some values are NaN. That can be right; it should be a decision, not a surprise.",
    ],
    bestPractice: "Say how much may be missing, per column, and what is done about it.",
    example: [
      `missing = %{name}["%{column}"].isna().mean()
assert missing <= 0.05, f"{missing:.1%} of %{column} is missing"`,
      `import pandas as pd

frame = pd.DataFrame({"age": [31.0, None, 44.0], "city": ["Bern", "Basel", "Chur"]})
missing = frame.isna().mean()
allowed = pd.Series({"age": 0.5, "city": 0.0})
assert (missing <= allowed).all(), f"too much is missing:\\n{missing}"`,
    ],
    suggestion: "Set validationConfig.maxNaNFraction to the share that you can live with",
  },
  Q5: {
    explanation: [
      "`%{name}`, from `%{call}`, has no rows. Everything computed from it is empty, zero or NaN, and nothing fails.",
      "`%{name}` has no rows. Everything computed from it is empty, zero or NaN, and nothing fails.",
      "A loader or filter gave nothing. Everything computed from it is empty, zero or NaN, and nothing fails.",
    ],
    bestPractice: "Say how many rows you expect right after loading and filtering.",
    example: [
      `%{name} = %{call}(...)
assert len(%{name}) > 0, "%{call} gave no rows"`,
      `assert len(%{name}) > 0, "%{name} has no rows"`,
      `import pandas as pd

orders = pd.DataFrame({"country": ["CH", "DE"], "amount": [12.5, 8.0]})
swiss = orders[orders["country"] == "CH"]
assert len(swiss) > 0, f"no Swiss orders among {len(orders)}"`,
    ],
    suggestion: "Print the rows before and after the step; compare types and spelling of what the filter compares",
  },
  Q6: {
    explanation:
      "A numeric operation warned that its result is not a usable number: a division by zero, a mean of nothing, an overflow. The program went on with NaN or infinity.",
    bestPractice: "Treat undefined cases before the operation, or let numpy raise where they must not happen.",
    example: `import numpy as np

visits, sales = np.array([10, 4]), np.array([2, 1])
with np.errstate(divide="raise", invalid="raise"):
    rate = sales / visits`,
    suggestion: "The warning names the line: look at what goes into it",
  },
} as const satisfies Record<string, FeedbackEntry>;
