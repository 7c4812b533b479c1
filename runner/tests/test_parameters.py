"""Parameters go in, and nothing else moves."""

from __future__ import annotations

import ast
from typing import Callable

import pytest

from harness import Attempt, code, markdown
from nbv_runner.parameters import literal

Make = Callable[..., Attempt]
VALUES = {"rows": 10, "name": 'it\'s "é"\n', "flags": [True, False, None], "deep": {"a": {"b": [1.5, -2]}}, "rate": 0.1}


def test_the_injected_cell_follows_the_defaults_and_shifts_no_index(attempt: Make) -> None:
    result = attempt(
        markdown(),
        "before = 1",
        code("rows = 1\nname = 'default'", "parameters"),
        "print(rows, repr(name), flags, deep, rate)",
        "1/0",
        parameters=VALUES,
    ).run()
    assert [event["cell"] for event in result.of_type("cell-end")] == [1, 2, 3, 4]
    assert [event["codeCell"] for event in result.of_type("cell-end")] == [0, 1, 2, 3]
    assert result.of_type("start")[0]["totalCells"] == 5 and result.of_type("start")[0]["codeCells"] == 4
    printed = "10 %r [True, False, None] {'a': {'b': [1.5, -2]}} 0.1\n" % VALUES["name"]
    assert result.cell(3)["output"] == printed
    assert result.verdict["failingCells"][0]["cell"] == 4
    injected = result.executed["cells"][3]
    assert injected["metadata"]["tags"] == ["injected-parameters"]


def test_without_a_tagged_cell_parameters_come_first(attempt: Make) -> None:
    result = attempt(markdown(), "print(limit)", parameters={"limit": 3}).run()
    assert result.cell(1)["output"] == "3\n"
    assert "injected-parameters" in result.executed["cells"][0]["metadata"]["tags"]


def test_a_cell_that_papermill_injected_is_replaced_in_its_place(attempt: Make) -> None:
    result = attempt(
        code("x = 1", "parameters"), code("x = 2", "injected-parameters"), "print(x)", parameters={"x": 3}
    ).run()
    assert result.cell(2)["output"] == "3\n"
    assert len(result.executed["cells"]) == 3


@pytest.mark.parametrize("value", [None, True, 0, -1, 10**30, 0.1, "", "\\'\"\n\u2028é", [], {}, {"a": [None]}])
def test_json_values_become_the_same_python_values(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_numbers_beyond_floats_are_infinite() -> None:
    assert eval(literal([1e999, -1e999])) == [float("inf"), float("-inf")]


def test_the_notebook_runs_in_the_folder_that_the_job_names(attempt: Make) -> None:
    one = attempt("import os; print(sorted(os.listdir()))", notebook={"workingDirectory": "."})
    assert one.run().cell(0)["output"] == "['work']\n"
