"""A1 to A3: what counts as a check, which steps ask for one, and which assertions can't fail."""

from __future__ import annotations

from typing import Any

import pytest

from harness import code, markdown
from linting import findings, lint, places
from nbv_runner.analysis.cell_source import MAX_TREE_SOURCE
from nbv_runner.checks import MAX_PER_CELL

READ = "import pandas as pd\ndf = pd.read_csv('x.csv')"


def test_a_notebook_without_any_assertion_is_told_so_with_a_name_of_its_own() -> None:
    (finding,) = findings("A1", READ, "df.head()")
    assert "cell" not in finding and finding["evidence"] == {"name": "df", "category": "loads"}


@pytest.mark.parametrize(
    "check",
    [
        "assert len(df) > 0",
        "assert df.shape == (3, 2), 'shape'",
        "import numpy as np\nnp.testing.assert_allclose(df.a, [1])",
        "pd.testing.assert_frame_equal(df, other)",
        "from pandas.testing import assert_frame_equal as same\nassert_series_equal(df.a, df.b)",
        "import unittest\nunittest.main(argv=[''], exit=False)",
        "import unittest\nclass TestData(unittest.TestCase):\n    def test_rows(self):\n        self.assertEqual(len(df), 3)",
        "import pytest\nwith pytest.raises(ValueError):\n    int('x')",
        "if df.empty:\n    raise ValueError('no rows')",
        "def check(frame):\n    assert len(frame)\ncheck(df)",
        "def look(frame):\n    ensure_rows(frame)\ndef ensure_rows(frame):\n    if not len(frame):\n        raise ValueError\nlook(df)",
        "schema.validate(df)",
        "%%ipytest\ndef test_it():\n    assert len(df)",
        "%%time\nassert len(df) > 0",
        "for column in df:\n    assert df[column].notna().all()",
        "import doctest\ndoctest.testmod()",
        "[assert_positive(x) for x in df.a]",
    ],
)
def test_every_way_of_checking_counts(check: str) -> None:
    assert not findings("A1", READ, check)
    assert not findings("A2", READ, check)


@pytest.mark.parametrize(
    "no_check",
    [
        "assert True",
        "def check(frame):\n    assert len(frame)",
        "# assert len(df)",
        "text = 'assert len(df)'",
        "try:\n    assert len(df) > 9\nexcept AssertionError as error:\n    print(error)",
        "!assert",
        "print(df.isna().sum())",
    ],
)
def test_what_can_not_fail_is_no_check(no_check: str) -> None:
    assert findings("A1", READ, no_check)


def test_an_assertion_in_a_cell_that_is_not_run_does_not_count() -> None:
    assert findings("A1", READ, code("assert len(df)", "skip-execution"))
    assert not findings("A1", code("1/0", "raises-exception"), code("", ""))


def test_expected_outputs_of_the_job_count_as_checks() -> None:
    assert not findings("A1", READ, expectedOutputs=[{"cell": 0, "notEmpty": True}])
    assert not findings("A2", READ, expectedOutputs=[{"codeCell": 0, "notEmpty": True}])
    assert findings("A2", READ, "x = 1", "y = 2", expectedOutputs=[{"cell": 2, "notEmpty": True}])


@pytest.mark.parametrize(
    ("step", "call", "name"),
    [
        ("df = pd.read_parquet('x')", "pd.read_parquet", "df"),
        ("df = pl.scan_csv('x').collect()", "pl.scan_csv", "df"),
        ("X, y = load_iris(return_X_y=True)", "load_iris", None),
        ("both = left.merge(right, on='id')", "left.merge", "both"),
        ("both = pd.merge(left, right)", "pd.merge", "both"),
        ("every = pd.concat([a, b])", "pd.concat", "every"),
        ("both = left.join(right, how='left')", "left.join", "both"),
        ("wide = df.pivot_table(index='a')", "df.pivot_table", "wide"),
        ("model.fit(X, y)", "model.fit", "model"),
        ("model = LinearRegression().fit(X, y)", "LinearRegression().fit", "model"),
        ("%time model.fit(X, y)", "model.fit", "model"),
        ("%%time\nbooster = xgb.train(params, data)", "xgb.train", "booster"),
        ("config = json.load(open('x'))", "json.load", "config"),
        ("def load():\n    return pd.read_csv('x')\ndf = load()", "load", "df"),
        ("def load_data(path):\n    return parse(path)\ndf = load_data('x')", "load_data", "df"),
        ("from ours import load_sales\ndf = load_sales()", "load_sales", "df"),
    ],
)
def test_a_step_without_a_check_beside_it_is_named(step: str, call: str, name: str) -> None:
    imports = (
        "import json\nimport pandas as pd\nimport polars as pl\nimport xgboost as xgb\nassert pd.__version__ > '1'"
    )
    (finding,) = findings("A2", imports, "x = 1", step, "x = 2", "assert x")
    assert finding["cell"] == 2
    assert finding["evidence"]["call"] == call
    assert finding["evidence"].get("name") == name


@pytest.mark.parametrize(
    "harmless",
    [
        "text = ', '.join(words)",
        "path = os.path.join('a', 'b')",
        "model.train()",
        "model.train(False)",
        "X_train, X_test = train_test_split(X)",
        "load_dotenv()",
        "config.load_kube_config()",
        "text = extract_text(page)",
        "%load_ext autoreload",
        "def load():\n    return pd.read_csv('x')",
        "df.merge(other).head()",
        "data = file.read()",
        "ax = df.plot()",
        "model.load_state_dict(state)",
    ],
)
def test_other_steps_ask_for_no_check(harmless: str) -> None:
    assert not findings("A2", "import pandas as pd", harmless, "x = 2")


def test_the_next_cell_is_the_next_with_code() -> None:
    assert not findings("A2", code(READ), markdown(), code(""), code("assert len(df)"))
    assert places("A2", READ, "df.head()", "assert len(df)") == [(0, 2)]


FUTILE = [
    "assert True",
    "assert 1, 'x'",
    "assert 'a text'",
    "assert (len(df) > 0, 'no rows')",
    "assert [len(df)]",
    "assert {'a': df}",
    "assert len(df) >= 0",
    "assert 0 <= len(df)",
    "assert len(df) > -1",
    "assert df.shape[0] >= 0",
    "assert df.size >= 0",
    "assert df is df",
    "assert df.a.mean() == 1 or True",
    "assert x == x",
    "assert len(x) == len(x)",
    "assert df.shape == df.shape",
    "assert isinstance(df, object)",
    "assert isinstance(df, (int, object))",
    "assert not False",
    "assert not None",
    "assert 1 == 1",
    "assert 2 > 1",
    "assert f'rows: {len(df)}'",
    "assert (x > 0 for x in df.a)",
    "assert lambda: len(df) > 0",
    "def is_valid(df):\n    return len(df) > 3\nassert is_valid",
    "assert x is None or x is not None",
    "assert x or not x",
    "self.assertTrue(True)",
    "assert_frame_equal(df, df)",
    "try:\n    assert len(df) > 3\nexcept:\n    pass",
    "try:\n    assert len(df) > 3\nexcept Exception as e:\n    print('failed', e)\n    logging.error('x')",
    "for c in df:\n    try:\n        assert c\n    except (ValueError, AssertionError):\n        continue",
    "def check(df):\n    assert len(df) >= 0",
]


@pytest.mark.parametrize("assertion", FUTILE)
def test_an_assertion_that_can_not_fail_is_found(assertion: str) -> None:
    (finding,) = findings("A3", assertion)
    line = next(
        number for number, text in enumerate(assertion.split("\n"), 1) if "assert" in text and "is_valid(" not in text
    )
    assert (finding["cell"], finding["evidence"]["line"]) == (0, line)
    assert finding["evidence"]["text"] in " ".join(assertion.split())


@pytest.mark.parametrize(
    "assertion",
    [
        "assert False, 'unreachable'",
        "assert df",
        "assert len(df)",
        "assert len(df) > 0",
        "assert len(df) >= 1",
        "assert 0 < len(df)",
        "assert len(df) <= 10",
        "assert [x for x in df]",
        "assert ()",
        "assert df.shape[0] == other.shape[0]",
        "assert next(it) == next(it)",
        "assert f() == f()",
        "assert abs(x) >= 0",
        "assert isinstance(df, pd.DataFrame)",
        "assert x and True",
        "assert 1 == 2",
        "assert is_valid(df)",
        "assert all(x > 0 for x in df.a)",
        "assert f'{x}'",
        "assert x is None or y is not None",
        "assert len(df) >= 0 and df.a.notna().all()",
        "try:\n    assert x\nexcept AssertionError:\n    raise ValueError('x')",
        "try:\n    assert x\nexcept AssertionError:\n    failures += 1",
        "try:\n    assert x\nexcept KeyError:\n    pass",
        "try:\n    load()\nexcept Exception:\n    assert x",
        "assert_frame_equal(df, other)",
        "np.testing.assert_equal(f(x), f(x))",
    ],
)
def test_an_assertion_that_can_fail_is_left_alone(assertion: str) -> None:
    assert not findings("A3", assertion)


def test_a_notebook_in_another_language_is_not_judged() -> None:
    from nbv_runner.offline.lint import answer

    text = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "ir", "language": "R"}}, "cells": [{"cell_type": "code", "metadata": {}, "source": "x <- 1", "outputs": [], "execution_count": null}]}'
    (result,) = answer({"notebooks": [{"name": "a", "text": text}]})["notebooks"]
    assert (result["language"], result["findings"], result["unparsed"]) == ("r", [], [])


def test_a_cell_with_a_syntax_error_is_named_and_the_rest_is_checked() -> None:
    result = lint("x = (", "assert True")
    assert [(each["cell"], each["line"]) for each in result["unparsed"]] == [(0, 1)]
    assert [each["check"] for each in result["findings"]] == ["A1", "A3"]


def test_thousands_of_futile_assertions_are_told_with_the_first_of_them() -> None:
    """The cell is taken apart into lines once, not once for each."""
    found = findings("A3", "# ä\n" + "x = 'ä'; assert 1 == 1  # ä\n" * 4000)
    assert len(found) == MAX_PER_CELL + 1
    assert found[0]["evidence"]["text"] == "assert 1 == 1" and found[0]["evidence"]["line"] == 2
    assert found[-1]["message"] == "And 3950 more of the same kind." and found[-1]["cell"] == 0


def test_the_call_of_a_call_of_a_check_is_a_check() -> None:
    chain = ["def f%d(): f%d()" % (number, number - 1) for number in range(1, 3000)]
    assert not findings("A1", READ, "def f0(): assert len(df)\n" + "\n".join(chain) + "\nf2999()")


@pytest.mark.parametrize(
    "much",
    ["x = '%s'" % ("x" * MAX_TREE_SOURCE), "d = {%s}" % ", ".join("%d: 0" % number for number in range(30_000))],
)
def test_what_is_too_much_code_is_named_and_the_rest_is_checked(much: str) -> None:
    result = lint(much, "assert True")
    assert [(each["cell"], each["why"]) for each in result["unparsed"]] == [(0, "it is too long or too deep")]
    assert [each["cell"] for each in result["findings"] if each["check"] == "A3"] == [1]


def test_many_cells_together_are_too_much_code() -> None:
    cell = "\n".join("a%d = f(x)" % number for number in range(5000))
    result = lint(*[cell] * 8)
    assert [each["cell"] for each in result["unparsed"]] == [4, 5, 6, 7]


def test_a_run_says_which_cells_nobody_looked_into(attempt: Any) -> None:
    result = attempt(
        code("d = {%s}" % ", ".join("%d: 0" % number for number in range(30_000))), code("print(len(d))")
    ).run()
    assert result.exit_code == 0 and result.verdict["verdict"] == "PassedWithWarnings"
    assert "not looked into in cell 0," in result.verdict["message"]
