"""What is no golden notebook is an error; hostile, huge and wholly different ones are compared within bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, List

import pytest

from golden_pairs import (
    analysis,
    cell,
    compared,
    display,
    document,
    kinds,
    markdown,
    outputs_match,
    stdout,
)
from nbv_runner.golden import reading_budget
from nbv_runner.golden.comparison_document import comparison_document, comparison_event
from nbv_runner.outcome import RunStopped

NO_GOLDEN = {
    "binary": (b"\x00\xff\xfe".decode("latin-1"), "is not JSON"),
    "no object": ("[]", "its JSON is not an object"),
    "an old format": (json.dumps({"nbformat": 3, "worksheets": []}), "nbformat 3"),
    "no cells": (json.dumps({"nbformat": 4}), "no list of cells"),
    "no source": (json.dumps({"nbformat": 4, "cells": [{"cell_type": "code"}]}), "no source text in cell 0"),
    "outputs that are none": (json.dumps(document({**cell("f()"), "outputs": {}})), "malformed outputs in cell 0"),
    "an output of no type": (json.dumps(document(cell("f()", {"text": "x"}))), "malformed outputs in cell 0"),
    "a stream without text": (json.dumps(document(cell("f()", {"output_type": "stream", "text": 5}))), "malformed"),
    "data that are none": (json.dumps(document(cell("f()", {"output_type": "display_data", "data": []}))), "malformed"),
    "an error without a name": (
        json.dumps(document(cell("f()", {"output_type": "error", "ename": None}))),
        "malformed",
    ),
    "nothing that ran": (json.dumps(document(cell("f()", count=None))), "has no outputs: run it"),
    "no code": (json.dumps(document(markdown("text"))), "has no code cells"),
    "endless nesting": ("[" * 100_000, "is not JSON"),
}


@pytest.mark.parametrize(("golden", "says"), NO_GOLDEN.values(), ids=NO_GOLDEN)
def test_what_is_no_golden_notebook_is_an_error_in_one_sentence(folder: Path, golden: str, says: str) -> None:
    with pytest.raises(RunStopped) as stopped:
        compared(folder, golden, analysis())
    assert stopped.value.outcome.value.exit_code == 50
    assert says in stopped.value.message
    assert "\n" not in stopped.value.message


def test_hostile_outputs_are_compared_all_the_same(folder: Path) -> None:
    def nasty() -> List[Any]:
        deep: Any = 1
        for _ in range(300):
            deep = {"a": [deep]}
        return [
            display(
                application__json=deep, text__html="<" * 50_000 + "<script>" * 1000, text__plain="\x00\ud800\r\b" * 5000
            ),
            stdout("\r".join(str(number) for number in range(100_000))),
            stdout("1" * 200_000 + "x," * 50_000 + "-" * 100_000),
        ]

    pair = [document(cell("f()", *nasty())), document(cell("f()", *nasty()))]
    assert compared(folder, *pair).result == "matched"
    pair[1]["cells"][0]["outputs"][0]["data"]["text/plain"] += "!"
    pair[1]["cells"][0]["outputs"][1]["text"] += "!"
    assert kinds(compared(folder, *pair)) == [("output_mismatch", "major", 0)]


def test_huge_outputs_match_and_differ(folder: Path) -> None:
    text = "".join("line %d: %.6f\n" % (number, number / 7) for number in range(150_000))
    assert len(text) > 2 * 1024 * 1024
    assert outputs_match(folder, text, text)
    head = text.replace("line 12:", "line 13:", 1)
    comparison = compared(folder, document(cell("f()", stdout(text))), document(cell("f()", stdout(head))))
    (found,) = comparison.differences
    assert found.mismatches[0].line == 13
    size = len(json.dumps(comparison_document(comparison)))
    assert size < 64 * 1024


def test_texts_beyond_the_budget_are_compared_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_budget, "MAX_CHARACTERS", 1000)
    text = "".join("row %d\n" % number for number in range(20_000))
    assert outputs_match(folder, text, text)
    for other, says in (
        (text.replace("row 700\n", "row 7\n"), "line 1: expected `row 700`, got `row 7`"),
        (text + " ", "too long"),
    ):
        comparison = compared(folder, document(cell("f()", stdout(text))), document(cell("f()", stdout(other))))
        (found,) = comparison.differences
        assert says in found.quoted


def test_everything_different_still_fits_into_its_bounds(folder: Path) -> None:
    golden = document(*(cell("f(%d)" % index, stdout("value %d\n" % index * 400)) for index in range(1500)))
    run = document(*(cell("f(%d)" % index, stdout("other %d\n" % index * 400)) for index in range(1500)))
    comparison = compared(folder, golden, run)
    assert (comparison.mismatched, comparison.result) == (1500, "failed")
    full = comparison_document(comparison)
    assert (len(full["diffs"]), full["diffsLeftOut"]) == (1000, 500)
    assert len(json.dumps(full)) < 8 * 1024 * 1024
    assert len(comparison_event(comparison)["diffs"]) == 100
