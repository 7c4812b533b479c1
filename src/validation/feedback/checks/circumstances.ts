import type { FeedbackEntry } from "../entry.js";

const GENERAL = {
  explanation:
    "The notebook depends on something that is not in it: the order of your clicks, chance, one machine's folders, a person at the keyboard, or whatever version is newest today.",
  bestPractice:
    "Make it run from top to bottom anywhere: seed randomness, build paths from the notebook's folder, take input from parameters, pin versions.",
  example: `import os
from pathlib import Path

import numpy as np

generator = np.random.default_rng(seed=7)
data = Path("data") / "orders.csv"
region = os.environ.get("REGION", "all")`,
};

/** L6, by what the notebook depends on. */
export const CIRCUMSTANCES = {
  explanation: [
    {
      when: { category: "order" },
      text: "`%{name}` is used before anything above defines it. It worked because a cell below, or one that is gone, ran first in your session; nobody else has that session.",
    },
    {
      when: { category: "count" },
      text: "The numbers beside the cells say that they were last run in another order than they stand in. What was saved may not be what a run from top to bottom gives.",
    },
    {
      when: { category: "randomness" },
      text: "`%{call}` draws other numbers in every run. A result that is good today may be bad tomorrow, and nobody can repeat either.",
    },
    {
      when: { category: "path" },
      text: "`%{path}` exists on one machine. A pod, a colleague's computer and next year's laptop have other folders.",
    },
    {
      when: { category: "input" },
      text: "`%{call}` waits for a person. A run without one ends there, with an error.",
    },
    {
      when: { category: "install" },
      text: "The cell installs whatever version is newest when it runs, after the environment was already tested. Two runs of one commit may use different packages.",
    },
    GENERAL.explanation,
  ],
  bestPractice: [
    {
      when: { category: "order" },
      text: "Define things above where they are used, and use Restart & Run All before you commit.",
    },
    { when: { category: "count" }, text: "Use Restart & Run All before you commit, or commit without outputs." },
    {
      when: { category: "randomness" },
      text: "Make one generator with a seed and pass it on; give random_state to everything that takes it.",
    },
    {
      when: { category: "path" },
      text: "Build paths from the notebook's folder, and take places outside of the repository from variables that the job sets.",
    },
    { when: { category: "input" }, text: "Take input from parameters (spec.notebook.parameters) or from variables." },
    {
      when: { category: "install" },
      text: "List packages with their versions in a requirements.txt beside the notebook, and leave installing to the environment.",
    },
    GENERAL.bestPractice,
  ],
  example: [
    {
      when: { category: "randomness" },
      text: `import numpy as np

generator = np.random.default_rng(seed=7)
sample = generator.normal(size=3)  # in place of %{call}`,
    },
    {
      when: { category: "path" },
      text: `from pathlib import Path

data = Path("data") / Path("%{path}").name  # beside the notebook
assert data.exists(), f"{data.resolve()} is missing"`,
    },
    {
      when: { category: "input" },
      text: `import os

region = os.environ["REGION"]  # in place of %{call}()`,
    },
    {
      when: { category: "install" },
      text: `# requirements.txt, beside the notebook, one line per package:
#   pandas==2.2.3`,
    },
    GENERAL.example,
  ],
  suggestion: "Use Restart & Run All in a fresh checkout before you commit",
} as const satisfies FeedbackEntry;
