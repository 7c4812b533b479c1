"""Q1 to Q5: what a finding tells, within which bounds, and what a share of missing values comes to."""

from __future__ import annotations

from typing import Callable

import pytest

from data_quality import FRAME, POLICY, quality
from harness import Attempt, code

Make = Callable[..., Attempt]


def test_the_finding_names_variable_column_and_shape(attempt: Make) -> None:
    result = attempt(FRAME, "x = 1\ndf['x'] = df['city'].map({})", policy=POLICY).run()
    assert result.exit_code == 11
    [finding] = [each for each in result.cell(1)["findings"] if each["check"] == "Q3"]
    assert finding["message"] == "`df`'s column `x` is NaN in every row, from df[…].map() (line 2)."
    assert finding["evidence"] == {
        "name": "df",
        "type": "pandas.DataFrame"
        if finding["evidence"]["type"] == "pandas.DataFrame"
        else "pandas.core.frame.DataFrame",
        "call": "df[…].map",
        "line": 2,
        "shape": "(3, 4)",
        "column": "x",
    }


def test_the_finding_names_the_key_of_a_dictionary(attempt: Make) -> None:
    source = "m = {'n': 1, 'test': {'auc': np.mean([]), 'f1': np.mean([])}}"
    findings = attempt(FRAME, source, policy=POLICY).run().cell(1)["findings"]
    [finding] = [each for each in findings if each["check"] == "Q1"]
    assert finding["message"] == "`m['test']['auc']` is NaN, and so is 1 other (line 1)."
    assert finding["evidence"]["name"] == "m['test']['auc']"


def test_a_dictionary_is_looked_at_within_bounds(attempt: Make) -> None:
    big = "import math\nbig = {str(i): math.inf - math.inf for i in range(10 ** 5)}"
    odd = (
        "class Odd(dict):\n    def items(self):\n        raise SystemExit('asked')\n"
        "class Key(str):\n    def __repr__(self):\n        raise SystemExit('asked')\n"
        "class Nan(float):\n    def __ne__(self, other):\n        raise SystemExit('asked')\n"
        "odd = Odd(a=math.inf - math.inf)\nkeyed = {Key('a'): math.inf - math.inf}\n"
        "own = {'a': Nan(math.inf - math.inf)}\nlisted = [Nan(math.inf - math.inf)]\nloop = {}\nloop['a'] = loop"
    )
    result = attempt(big, odd, policy=POLICY).run()
    assert quality(result) == [(0, "Q1")]
    assert result.cell(0)["findings"][0]["message"] == "`big['0']` is NaN, and so are 19 others (line 2)."


def test_a_share_of_nan_is_a_note_and_above_the_limit_a_finding(attempt: Make) -> None:
    cells = [FRAME, "df", "part = df[['x']]"]
    found = attempt(*cells, policy={**POLICY, "Q4": "note"}).run()
    assert quality(found) == [(0, "Q4")] and found.exit_code == 0
    assert found.cell(0)["findings"][0]["evidence"]["fraction"] == round(1 / 12, 6)
    limited = attempt(*cells, policy={**POLICY, "Q4": "failure"}, maxNaNFraction=0.05).run()
    assert quality(limited) == [(0, "Q4")] and limited.exit_code == 11
    assert "more than the 5 % that the job allows" in limited.cell(0)["findings"][0]["message"]
    assert quality(attempt(*cells, policy={**POLICY, "Q4": "failure"}, maxNaNFraction=0.5).run()) == []
    array = "import numpy as np\nvalues = np.array([1, np.nan])"
    assert quality(attempt(array, policy={**POLICY, "Q4": "failure"}, maxNaNFraction=0).run()) == [(0, "Q4")]


@pytest.mark.parametrize("source", ["mean = df[df.x > 9].x.mean()", "df['x'] = np.nan", "df['r'] = df.x / df.y"])
def test_a_tag_allows_nan_and_infinity(source: str, attempt: Make) -> None:
    assert quality(attempt(FRAME, code(source, "nbv-allow-nan"), policy=POLICY).run()) == []
