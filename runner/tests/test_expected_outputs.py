"""X1 and X2: what the job expects of cells' results."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, Callable, Dict, List

import pytest

from harness import Attempt, Result, code, markdown
from nbv_runner.analysis.cell_source import NotebookSource
from nbv_runner.checks.check import CheckContext
from nbv_runner.checks.expected_outputs import UNREACHABLE_OUTPUT
from nbv_runner.checks.output_aspects import mismatches
from nbv_runner.expected import Expected, ExpectedOutput
from nbv_runner.value_facts import ARRAY, CONTAINER, FRAME, NONE, OTHER, SCALAR, TEXT, ValueFacts

Make = Callable[..., Attempt]
FAIL = {"X1": "failure", "X2": "failure"}


def messages(result: Result, check: str, index: int = 0) -> List[str]:
    return [finding["message"] for finding in result.cell(index)["findings"] if finding["check"] == check]


FLOAT = ValueFacts(
    SCALAR, "numpy.float64", frozenset({"numpy.float64", "float64", "float", "numpy.floating"}), lowest=0.93,
    highest=0.93, value=0.93, has_value=True, text="0.93", nan_count=0,
)  # fmt: skip
NAN = ValueFacts(SCALAR, "builtins.float", frozenset({"float"}), nan_count=1, text="nan")
BOOL = ValueFacts(SCALAR, "builtins.bool", frozenset({"bool", "int"}), lowest=1, highest=1, value=True, has_value=True)
TABLE = ValueFacts(
    FRAME, "pandas.core.frame.DataFrame", frozenset({"pandas.DataFrame", "DataFrame"}), (10, 3), 30, 0, 0,
    columns=("id", "when", "amount"), lowest=0, highest=7,
)  # fmt: skip
WIDE = ValueFacts(FRAME, "pandas.core.frame.DataFrame", frozenset(), (10, 900), 9000, columns=("a", "b"))
EMPTY = ValueFacts(FRAME, "pandas.core.frame.DataFrame", frozenset({"DataFrame"}), (0, 2), 0, columns=("a", "b"))
LIST = ValueFacts(CONTAINER, "builtins.list", frozenset({"list"}), (2,), 2, value=[1, {"a": 2.0}], has_value=True)
WORDS = ValueFacts(TEXT, "builtins.str", frozenset({"str"}), (7,), 7, value="v1.2.33", has_value=True, text="v1.2.33")
NOTHING = ValueFacts(
    NONE, "builtins.NoneType", frozenset({"NoneType", "None"}), value=None, has_value=True, text="None"
)
MODEL = ValueFacts(OTHER, "sklearn.svm.SVC", frozenset({"sklearn.svm.SVC", "SVC", "sklearn.base.BaseEstimator"}))
HOLED = ValueFacts(ARRAY, "numpy.ndarray", frozenset({"numpy.ndarray"}), (4,), 4, nan_count=1, lowest=0, highest=1)

HELD = [
    (FLOAT, {"type": "float"}), (FLOAT, {"type": "numpy.float64"}), (BOOL, {"type": "bool"}),
    (TABLE, {"type": "pandas.core.frame.DataFrame"}), (TABLE, {"type": "pandas.DataFrame"}),
    (MODEL, {"type": "sklearn.base.BaseEstimator"}), (NOTHING, {"type": "None"}),
    (TABLE, {"shape": (10, 3)}), (TABLE, {"shape": (None, 3)}), (TABLE, {"shape": (None, None)}), (LIST, {"shape": (2,)}),
    (FLOAT, {"lowest": 0.93, "highest": 0.93}), (FLOAT, {"lowest": 0.9}), (FLOAT, {"highest": 1.0}),
    (TABLE, {"lowest": 0.0, "highest": 7.0}), (TABLE, {"not_empty": True}), (LIST, {"not_empty": True}),
    (FLOAT, {"not_empty": True}), (LIST, {"equals": [1.0, {"a": 2}]}), (BOOL, {"equals": True}), (NOTHING, {"equals": None}),
    (WORDS, {"equals": "v1.2.33"}), (WORDS, {"matches": r"^v\d+\.\d+"}), (FLOAT, {"matches": "0.93"}),
    (TABLE, {"columns": ("id", "amount")}), (WIDE, {"columns": ("b",)}),
]  # fmt: skip

BROKEN = [
    (BOOL, {"type": "float"}, "type bool"), (TABLE, {"type": "polars.DataFrame"}, "type pandas.core.frame.DataFrame"),
    (TABLE, {"shape": (10,)}, "shape (10, 3)"), (TABLE, {"shape": (9, None)}, "shape (10, 3)"), (FLOAT, {"shape": (1,)},
    "whose shape can't be told"), (FLOAT, {"lowest": 0.94}, "0.93"), (FLOAT, {"highest": 0.5}, "0.93"),
    (NAN, {"lowest": 0.0}, "NaN"), (NAN, {"highest": 1.0}, "NaN"), (HOLED, {"lowest": 0.0, "highest": 1.0},
    "1 NaN among its numbers"), (WORDS, {"lowest": 0.0}, "no numbers can be compared"), (EMPTY, {"not_empty": True},
    "an empty pandas.core.frame.DataFrame"), (NOTHING, {"not_empty": True}, "None"), (MODEL, {"not_empty": True},
    "of unknown size"), (NAN, {"equals": 0.5}, "NaN"), (NOTHING, {"equals": 0}, "null"), (BOOL, {"equals": 1}, "true"),
    (LIST, {"equals": [1]}, '[1, {"a": 2.0}]'), (LIST, {"equals": [1, {"a": 2, "b": 3}]}, '[1, {"a": 2.0}]'),
    (WORDS, {"equals": ["v"]}, '"v1.2.33"'), (TABLE, {"equals": 3}, "can't be compared as JSON"),
    (WORDS, {"matches": "^1"}, "the text v1.2.33"), (TABLE, {"columns": ("id", "price")}, "the columns id, when, amount"),
    (WIDE, {"columns": ("z",)}, "900 columns, of which 898 could not be read"), (FLOAT, {"columns": ("a",)},
    "without columns"),
]  # fmt: skip


def _mismatches(facts: ValueFacts, asked: Dict[str, Any]) -> List[str]:
    expected = ExpectedOutput(cell=0, has_equals="equals" in asked, **asked)
    texts = [facts.text] if facts.text is not None else [""]
    return [each.actual for each in mismatches(expected, facts, lambda: texts)]


@pytest.mark.parametrize("facts, asked", HELD)
def test_what_holds_is_not_reported(facts: ValueFacts, asked: Dict[str, Any]) -> None:
    assert _mismatches(facts, asked) == []


@pytest.mark.parametrize("facts, asked, actual", BROKEN)
def test_what_does_not_hold_is_reported_once_with_what_was_found(
    facts: ValueFacts, asked: Dict[str, Any], actual: str
) -> None:
    found = _mismatches(facts, asked)
    assert len(found) == 1 and actual in found[0]


def test_too_much_work_for_a_pattern_is_no_match() -> None:
    expected = ExpectedOutput(cell=0, matches="a[ab]{900}c")

    rng = random.Random(3)
    text = "".join(rng.choice("ab") for _ in range(150_000))
    found = mismatches(expected, None, lambda: [text])
    assert len(found) == 1 and "too much work" in found[0].actual


RUNS: List[Any] = [
    # Source, what is asked of it, a part of the message; None = it holds.
    ("0.93", {"type": "float", "lowest": 0.9, "highest": 1.0, "equals": 0.93}, None),
    ("accuracy = 0.93", {"type": "float"}, None),
    ("accuracy = 0.93\nprint('accuracy', accuracy)", {"type": "float", "matches": r"accuracy 0\.9"}, None),
    ("accuracy = 0.93\nTrue", {"type": "float"}, "type float, and it was type bool"),
    ("print('accuracy 0.93')", {"matches": r"accuracy 0\.\d+"}, None),
    ("print('accuracy 0.93')", {"matches": "loss"}, "text that matches loss"),
    ("print('x')", {"type": "float"}, "neither ends in an expression nor assigns"),
    ("[1, 2, 3]", {"shape": [3], "equals": [1, 2, 3.0]}, None),
    ("float('nan')", {"lowest": 0}, "it was NaN"),
    ("import numpy as np\nnp.float32(0.5)", {"type": "float", "equals": 0.5}, None),
    ("import numpy as np\nnp.zeros((3, 4))", {"type": "numpy.ndarray", "shape": [None, 4], "highest": 0}, None),
    ("import numpy as np\nnp.zeros((3, 4))", {"shape": [4, 3]}, "shape (3, 4)"),
    ("'a' * 10", {"matches": "^a{10}$"}, None),
    ("'x'", {"matches": "^'x'"}, "text that matches"),
    ("None", {"notEmpty": True}, "it was None"),
    ("[]", {"notEmpty": True}, "an empty list"),
    ("{'a': [1, True, None]}", {"equals": {"a": [1, True, None]}}, None),
    ("{'a': [1, 1, None]}", {"equals": {"a": [1, True, None]}}, "the value"),
    ("class Bad:\n    def __repr__(self): raise SystemExit\n    __len__ = __eq__ = __repr__\nbad = Bad()", {"equals": 1},
     "can't be compared"),
]  # fmt: skip


def test_results_of_real_cells_are_compared(attempt: Make) -> None:
    outputs = [{"codeCell": index, **asked} for index, (_, asked, _) in enumerate(RUNS)]
    result = attempt(markdown(), *[source for source, _, _ in RUNS], expectedOutputs=outputs, policy=FAIL).run()
    for index, (source, _, part) in enumerate(RUNS):
        found = messages(result, "X1", index + 1)
        assert len(found) == (part is not None), (source, found)
        assert part is None or part in found[0], (source, found)
    assert result.exit_code == 11


def test_the_finding_names_the_variable_and_both_sides(attempt: Make) -> None:
    result = attempt("score = 1.5", expectedOutputs=[{"cell": 0, "highest": 1}], policy=FAIL).run()
    finding = result.cell(0)["findings"][0]
    assert finding["message"] == "`score` should have been at most 1, and it was 1.5."
    assert {"name": "score", "expected": "at most 1", "actual": "1.5", "type": "float"}.items() <= finding[
        "evidence"
    ].items()


def test_cells_that_never_ran_fail_their_expectations(attempt: Make) -> None:
    result = attempt(
        "1 / 0", "x = 1", expectedOutputs=[{"cell": 0, "type": "int"}, {"cell": 1, "type": "int"}], policy=FAIL
    ).run()
    assert result.exit_code == 10
    assert "raised ZeroDivisionError and has no result" in messages(result, "X1", 0)[0]
    late = [f for event in result.of_type("lint") for f in event["findings"] if f["check"] == "X1"]
    assert [(f["cell"], "did not run" in f["message"]) for f in late] == [(1, True)]


def test_an_expectation_only_warns_where_the_level_says_so(attempt: Make) -> None:
    result = attempt("'x'", expectedOutputs=[{"cell": 0, "type": "int"}], policy={"X1": "warning"}).run()
    assert result.findings(0) == [("X1", "warning")]
    assert result.exit_code == 0


UNREACHABLE = [
    ({"cell": 3}, "it names cell 3, and the notebook has cells 0 to 2"),
    ({"cell": 0}, "cell 0 is a markdown cell, not code"),
    ({"codeCell": 2}, "it names codeCell 2, and the notebook has code cells 0 to 1"),
    ({"codeCell": 1}, "cell 2 is tagged skip-execution and will not run"),
]


@pytest.mark.parametrize("where, why", UNREACHABLE)
def test_a_cell_without_a_result_is_found_before_anything_runs(attempt: Make, where: Dict[str, int], why: str) -> None:
    one = attempt(
        markdown(),
        "open('ran', 'w')",
        code("2", "skip-execution"),
        expectedOutputs=[{**where, "type": "int"}],
        policy=FAIL,
    )
    result = one.run()
    findings = [finding for event in result.of_type("lint") for finding in event["findings"]]
    assert [(f["check"], f["severity"]) for f in findings] == [("X2", "failure")]
    assert why in findings[0]["message"]
    assert result.exit_code == 13
    assert result.verdict["message"].endswith("No cell was run.")
    assert not (one.source / "work" / "ran").exists()


def test_injected_parameters_do_not_move_the_cells_that_are_named(attempt: Make) -> None:
    result = attempt(
        code("n = 1", "parameters"), "n * 10", parameters={"n": 5}, policy=FAIL,
        expectedOutputs=[{"cell": 1, "equals": 50}, {"codeCell": 0, "equals": 1}],
    ).run()  # fmt: skip
    assert result.exit_code == 0, result.verdict


def test_a_pattern_that_is_no_re2_is_a_bad_configuration(attempt: Make) -> None:
    for field, value in (
        ("expectedOutputs", [{"cell": 0, "matches": "(?=a)"}]),
        ("expectedLogs", [{"pattern": "fine"}, {"pattern": r"(a)\1"}]),
    ):
        result = attempt("1", policy=FAIL, **{field: value}).run()
        assert result.exit_code == 60
        assert "is no regular expression of RE2" in result.verdict["message"]


def test_a_kernel_whose_values_nobody_can_look_at_is_asked_for_text_only() -> None:
    outputs = (ExpectedOutput(cell=0, type="float"), ExpectedOutput(cell=0, matches="ok"))
    config: Any = SimpleNamespace(expected=Expected(outputs=outputs))
    context = CheckContext(config, NotebookSource(), cell_types=("code",), is_python=False)
    found = list(UNREACHABLE_OUTPUT.observe(context))
    assert len(found) == 1 and "does not run Python, so only `matches`" in found[0].message
