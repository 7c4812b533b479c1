"""Checks Q1 to Q5 in tests: a policy under which they count, a frame to compute with, and what they found."""

from __future__ import annotations

from typing import List, Tuple

from harness import Result

POLICY = {"Q1": "failure", "Q2": "failure", "Q3": "failure", "Q4": "ignored", "Q5": "failure"}
FRAME = (
    "import numpy as np, pandas as pd\n"
    "df = pd.DataFrame({'x': [1.0, 2, 3], 'y': [4.0, 0, 6], 'city': ['Bern', 'Basel', 'Chur'], 'age': [1, None, 3]})"
)


def quality(result: Result) -> List[Tuple[int, str]]:
    """Cell and check of everything in Q that is not Q6."""
    assert all(event["status"] != "Skipped" for event in result.of_type("cell-end")), result.stderr
    return [
        (event["cell"], finding["check"])
        for event in result.of_type("cell-end")
        for finding in event["findings"]
        if finding["check"] in ("Q1", "Q2", "Q3", "Q4", "Q5")
    ]
