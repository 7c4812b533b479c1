"""What findings teach, as the reports say it: the operator's catalogue, filled with the case at hand."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from nbv_runner.feedback import known_checks, lesson_of_check, lesson_of_ending, lesson_of_exception

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE: Dict[str, Any] = json.loads((ROOT / "nbv_runner" / "feedback.json").read_text())
VECTORS: List[Dict[str, Any]] = json.loads((ROOT.parent / "test" / "fixtures" / "lesson-vectors.json").read_text())

REALISTIC: Dict[str, Any] = {
    "name": "orders",
    "variable": "ordres",
    "call": "pd.read_csv",
    "function": "load_orders",
    "type": "pandas.DataFrame",
    "shape": "(0, 4)",
    "line": 12,
    "file": "data/orders 2024.csv",
    "path": "/home/ann/data/orders.csv",
    "command": "make -j2 data/orders.csv",
    "code": 3,
    "exitCode": 2,
    "column": "Umsatz (CHF)",
    "expected": "pandas.DataFrame",
    "actual": "None",
    "fraction": 0.42,
    "pattern": "rows: [0-9]+",
    "category": "UserWarning",
    "text": "mixed types",
    "distribution": "scikit-learn",
    "key": "'amount'",
    "module": "sklearn",
}
HOSTILE = ('"""', "x'; import os; os.system('x') #", "a\nb", "{x!r}", "\\", "%{name}", "\u2028", "", "\ud800")


def entries() -> Iterator[Tuple[str, Dict[str, Any]]]:
    for part in ("checks", "exceptions", "endings"):
        yield from CATALOGUE[part].items()


def examples(facts: Dict[str, Any]) -> Iterator[Tuple[str, str]]:
    lessons = [(check, lesson_of_check(check, facts)) for check in CATALOGUE["checks"]]
    lessons += [(name, lesson_of_exception(name, facts)) for name in CATALOGUE["exceptions"]]
    lessons += [(reason, lesson_of_ending(reason, 4)) for reason in CATALOGUE["endings"]]
    for name, lesson in lessons:
        assert lesson is not None
        if lesson.example is not None:
            yield name, lesson.example


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: "%s %s" % (vector["check"], sorted(vector["evidence"])))
def test_a_lesson_reads_as_in_the_status(vector: Dict[str, Any]) -> None:
    lesson = lesson_of_check(vector["check"], vector["evidence"])
    assert lesson is not None
    assert lesson.explanation.startswith(vector["explanation"])
    assert (lesson.example or "").startswith(vector["example"])
    assert (lesson.suggestion or "").startswith(vector["suggestion"])


CATEGORIES = ("loads", "joins", "trains", "order", "count", "randomness", "path", "input", "install")


@pytest.mark.parametrize("facts", [REALISTIC, {}, *({**REALISTIC, "category": each} for each in CATEGORIES)])
def test_every_example_is_python(facts: Dict[str, Any]) -> None:
    told = dict(examples(facts))
    assert len(told) >= 40
    for name, example in told.items():
        assert "%{" not in example, name
        ast.parse(example)


def test_with_all_facts_examples_speak_of_the_notebook() -> None:
    generic = dict(examples({}))
    own = [check for check, example in examples(REALISTIC) if example != generic[check] and check in known_checks()]
    assert {"E7", "N1", "N3", "N4", "Q1", "Q2", "Q3", "Q5", "X1", "X3", "L2", "L4"} <= set(own)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_fact_breaks_an_example(text: str) -> None:
    for name, example in examples(dict.fromkeys(REALISTIC, text)):
        ast.parse(example)
        assert "os.system" not in example, name


def test_generic_examples_run_as_they_stand() -> None:
    """Those of the checks that need neither files nor a network."""
    needs_more = {"E3", "E4", "E6", "E7", "X2", "X3", "L3", "L6", "E1"}
    for check, example in examples({}):
        if check in CATALOGUE["checks"] and check not in needs_more:
            exec(compile(example, check, "exec"), {})  # noqa: S102


def test_what_is_not_in_the_catalogue_teaches_nothing() -> None:
    assert lesson_of_check("Z9") is None
    assert lesson_of_exception("constructor") is None
    assert lesson_of_ending("Passed") is None
