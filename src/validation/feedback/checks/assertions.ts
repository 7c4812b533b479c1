import type { FeedbackEntry } from "../entry.js";

/** A1 to A3: whether the notebook proves anything. */
export const ASSERTION_FEEDBACK = {
  A1: {
    explanation:
      "The notebook checks nothing: it passes whenever no line happens to raise, with right results or wrong ones.",
    bestPractice:
      "Write down what you look at when you read the results: row counts, ranges, scores. Those are the assertions.",
    example: [
      {
        when: { category: "loads" },
        text: `assert len(%{name}) > 0, "%{name} is empty"  # and what else must be true of it`,
      },
      `import pandas as pd

orders = pd.DataFrame({"id": [1, 2], "amount": [12.5, 8.0]})

assert len(orders) > 0, "no orders"
assert orders["id"].is_unique, "an order came twice"
assert orders["amount"].between(0, 10_000).all(), "an amount is out of range"`,
    ],
    suggestion: "Begin with one assertion after each loading step and one on the final result",
  },
  A2: {
    explanation: [
      "The cell works on data (`%{call}`), and neither it nor the next cell checks the result. A wrong file or a join without matches goes through unseen.",
      "The cell loads, merges or trains, and neither it nor the next cell checks the result. A wrong file or a join without matches goes through unseen.",
    ],
    bestPractice: "Follow each step that brings in or changes data with a check of what it gave.",
    example: [
      {
        when: { category: "loads" },
        text: `%{name} = %{call}(...)
assert len(%{name}) > 0, "%{call} gave no rows"`,
      },
      {
        when: { category: "joins" },
        text: `%{name} = %{call}(...)
assert len(%{name}) > 0, "%{call} matched nothing"
assert not %{name}.duplicated().any(), "%{call} multiplied rows"`,
      },
      {
        when: { category: "trains" },
        text: `score = %{name}.score(X_test, y_test)  # data that the training has not seen
assert score > 0.8, f"%{name} scores {score:.3f} only"`,
      },
      `import pandas as pd

orders = pd.DataFrame({"customer": [1, 2]})
customers = pd.DataFrame({"customer": [1, 2], "city": ["Bern", "Chur"]})
joined = orders.merge(customers, on="customer", how="left", validate="many_to_one")
assert len(joined) == len(orders), "the join changed the number of orders"
assert joined["city"].notna().all(), "an order has no customer"`,
    ],
    suggestion: "Add an assert here or in the next cell, or an entry in spec.validationConfig.expectedOutputs",
  },
  A3: {
    explanation: [
      'The assertion in line %{line} holds whatever happens, so it proves nothing. With parentheses around both parts, `assert (x, "text")` tests a tuple, which is always true.',
      'The assertion holds whatever happens, so it proves nothing. With parentheses around both parts, `assert (x, "text")` tests a tuple, which is always true.',
    ],
    bestPractice: "Assert something about the data, and make it fail once on purpose to see that it can.",
    example: `rows = [1, 2, 3]

assert len(rows) == 3, f"{len(rows)} rows instead of 3"  # no parentheses around both`,
    suggestion: "Compare with a value that could be different, or remove the assertion",
  },
} as const satisfies Record<string, FeedbackEntry>;
