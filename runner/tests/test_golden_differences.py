"""Each single difference between a run and its golden notebook is reported as exactly that one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, NamedTuple, Tuple

import pytest

from golden_pairs import (
    Change,
    Notebook,
    analysis,
    cell,
    changed,
    compared,
    display,
    kinds,
    markdown,
    png,
    raised,
    replaced,
    result,
    stdout,
)

MAJOR, MINOR, CRITICAL = "major", "minor", "critical"
TEXT = (0, "data", "text/plain")
HTML = (0, "data", "text/html")


class Case(NamedTuple):
    name: str
    change: Change
    expected: Tuple[str, str, int]
    """Kind, severity and index of the run's cell."""
    says: str
    """Part of the message."""
    config: "dict[str, Any]" = {}


def output(name: str, index: int, change: Change, says: str, **config: Any) -> Case:
    return Case(name, change, ("output_mismatch", MAJOR, index), says, config)


def outputs_of(index: int, edit: Any) -> Change:
    return lambda notebook: edit(notebook["cells"][index]["outputs"])


def data_of(index: int, edit: Any, output: int = 0) -> Change:
    return lambda notebook: edit(notebook["cells"][index]["outputs"][output]["data"])


def with_source(index: int, source: str) -> Change:
    def change(notebook: Notebook) -> None:
        notebook["cells"][index]["source"] = source

    return change


def frame(old: str, new: str) -> Change:
    """In both of the frame's representations, as pandas would."""

    def change(notebook: Notebook) -> None:
        data = notebook["cells"][2]["outputs"][0]["data"]
        for mime in data:
            assert old in data[mime]
            data[mime] = data[mime].replace(old, new)

    return change


CASES: List[Case] = [
    # Texts on stdout, cell 3: two fragments around one of stderr.
    output("a digit", 3, replaced(3, "0.9433", "0.9533", 0, "text"), "line 3: expected `accuracy: 0.9433`, got `accuracy: 0.9533`"),
    output("a number just beyond the tolerance", 3, replaced(3, "0.9433", "0.94341", 0, "text"), "0.94341"),
    output("a number beyond a relative tolerance", 3, replaced(3, "0.5312", "0.5399", 0, "text"), "0.5399", absolute_tolerance=0.0, relative_tolerance=0.01),
    output("an integer", 3, replaced(3, "epoch 2", "epoch 3", 0, "text"), "epoch 3"),
    output("an exponent", 3, replaced(3, "1e-3", "1e-2", 2, "text"), "1e-2"),
    output("a sign", 3, replaced(3, "-0.25", "0.25", 2, "text"), "gap 0.25"),
    output("the sign of infinity", 3, replaced(3, "inf", "-inf", 2, "text"), "-inf"),
    output("infinity where a number was", 3, replaced(3, "1,250", "inf", 2, "text"), "inf"),
    output("NaN where a number was", 3, replaced(3, "0.2750", "nan", 0, "text"), "nan"),
    output("a number where NaN was", 3, replaced(3, "worst nan", "worst 0.0", 2, "text"), "worst 0.0"),
    output("None where a number was", 3, replaced(3, "0.9433", "None", 0, "text"), "None"),
    output("thousands", 3, replaced(3, "1,250", "1,260", 2, "text"), "1,260"),
    output("a word", 3, replaced(3, "done", "gone", 2, "text"), "gone"),
    output("a boolean", 3, replaced(3, "True", "False", 2, "text"), "False"),
    output("upper case", 3, replaced(3, "accuracy", "Accuracy", 0, "text"), "Accuracy"),
    output("a comma", 3, replaced(3, "True,", "True", 2, "text"), "done: True rows"),
    output("words run together", 3, replaced(3, "epoch 1 loss", "epoch 1loss", 0, "text"), "1loss"),
    output("a line less", 3, replaced(3, "epoch 2 loss 0.2750\n", "", 0, "text"), "`epoch 2 loss 0.2750` is missing"),
    output("a line more", 3, replaced(3, "accuracy", "warming up\naccuracy", 0, "text"), "`warming up` is new"),
    output("lines in another order", 3, replaced(3, "epoch 1 loss 0.5312\nepoch 2 loss 0.2750", "epoch 2 loss 0.2750\nepoch 1 loss 0.5312", 0, "text"), "line 1"),
    output("no stdout any more", 3, outputs_of(3, lambda outputs: outputs.__delitem__(slice(None, None, 2))), "stdout is missing"),
    output("stdout where nothing was printed", 1, outputs_of(1, lambda outputs: outputs.append(stdout("loaded\n"))), "stdout is new: `loaded`"),
    # A pandas frame, cell 2.
    output("a value of a frame", 2, frame("980.25", "980.75"), "980.75"),
    output("a frame's column", 2, frame("orders", "orderz"), "orderz"),
    output("a value of a frame in HTML alone", 2, replaced(2, "<td>12</td>", "<td>13</td>", *HTML), "(text/html) differs in line 2"),
    output("a row of a frame's HTML", 2, replaced(2, "<tr><th>1</th><td>South</td><td>980.25</td><td>9</td></tr>", "", *HTML), "is missing"),
    output("no result any more", 2, outputs_of(2, list.clear), "the output is missing"),
    # A numpy array, cell 9.
    output("an element of an array", 10 - 1, replaced(9, "4.125", "4.625", *TEXT), "4.625"),
    output("the shape of an array", 9, replaced(9, "],\n       [", ", ", *TEXT), "differs in line 1"),
    # A plot, cell 5.
    output("no image any more", 5, data_of(5, lambda data: data.pop("image/png")), "has no image"),
    output("another type of image", 5, data_of(5, lambda data: data.update({"image/jpeg": data.pop("image/png")})), "image/jpeg instead of image/png"),
    output("an empty image", 5, data_of(5, lambda data: data.update({"image/png": ""})), "is empty"),
    output("another number of axes", 5, replaced(5, "1 Axes", "2 Axes", *TEXT), "2 Axes"),
    output("a second plot", 5, outputs_of(5, lambda outputs: outputs.append(display(image__png=png()))), "output 2 is new"),
    output("another picture, perceptually", 5, data_of(5, lambda data: data.update({"image/png": png(stripe=8)})), "shows something else", images="perceptual"),
    output("other bytes, exactly", 5, data_of(5, lambda data: data.update({"image/png": png(size=25)})), "other bytes", images="exact"),
    # JSON, cell 6.
    output("a number in JSON", 6, data_of(6, lambda data: data["application/json"]["scores"].__setitem__(1, 0.78)), "$.scores[1]"),
    output("a string in JSON", 6, data_of(6, lambda data: data["application/json"].update(model="tree")), "$.model"),
    output("a boolean in JSON", 6, data_of(6, lambda data: data["application/json"]["meta"].update(tuned=1)), "$.meta.tuned"),
    output("a key less in JSON", 6, data_of(6, lambda data: data["application/json"]["meta"].pop("seed")), "$.meta.seed"),
    output("a longer list in JSON", 6, data_of(6, lambda data: data["application/json"]["scores"].append(1)), "$.scores[2]"),
    # Markdown and LaTeX, cell 7; HTML without a table, cell 10.
    output("a number in Markdown", 7, replaced(7, "2230.75", "2230.95", 0, "data", "text/markdown"), "output 1 (text/markdown)"),
    output("LaTeX", 7, replaced(7, "R^2", "R^3", 1, "data", "text/latex"), "output 2 (text/latex)"),
    output("outputs in another order", 7, outputs_of(7, list.reverse), "the order of outputs"),
    output("one of two outputs less", 7, outputs_of(7, lambda outputs: outputs.pop(0)), "output 1 is missing"),
    output("an output in front", 7, outputs_of(7, lambda outputs: outputs.insert(0, display(text__plain="first"))), "output 1 is new: `first`"),
    output("words in HTML", 10, replaced(10, "v3", "v4", *HTML), "Model v4"),
    output("HTML that is no longer there", 10, data_of(10, lambda data: data.pop("text/html")), "no longer comes as text/html"),
    output("an execution count, when it counts", 9, lambda notebook: notebook["cells"][9].update(execution_count=11), "execution count is 11, not 8", ignore_execution_count=False),
    output("a date, when times count", 10, replaced(10, "v3", "of 2024-05-02", *HTML), "2024-05-02", ignore_timestamps=False),
    # Errors.
    Case("another error", outputs_of(8, lambda outputs: outputs.__setitem__(0, raised("KeyError", "3 rows have no region"))), ("execution_error", CRITICAL, 8), "it ended in `KeyError: 3"),
    Case("another error message", outputs_of(8, lambda outputs: outputs[0].update(evalue="4 rows have no region")), ("execution_error", CRITICAL, 8), "4 rows"),
    Case("no error where one was", outputs_of(8, list.clear), ("execution_error", CRITICAL, 8), "did not end in"),
    Case("an error where none was", outputs_of(9, lambda outputs: outputs.__setitem__(0, raised("NameError", "name 'values' is not defined"))), ("execution_error", CRITICAL, 9), "the golden one does not"),
    # Cells.
    Case("a changed source", with_source(9, "values  # as floats"), ("source_mismatch", MINOR, 9), "Cell 9: its source changed"),
    Case("a replaced source", with_source(1, "from functools import partial"), ("source_mismatch", MINOR, 1), "Cell 1: its source"),
    Case("a new cell", lambda notebook: notebook["cells"].insert(4, cell("print('hello')", stdout("hello\n"))), ("extra_cell", MINOR, 4), "does not have it"),
    Case("a new cell at the end", lambda notebook: notebook["cells"].append(cell("frame.shape", result(text__plain="(2, 3)"))), ("extra_cell", MINOR, 11), "Cell 11"),
    Case("a cell with outputs less", lambda notebook: notebook["cells"].pop(2), ("missing_cell", MAJOR, 2), "Cell 2 of the golden notebook, which has outputs"),
    Case("a cell without outputs less", lambda notebook: notebook["cells"].pop(1), ("missing_cell", MINOR, 1), "no outputs"),
    Case("the last cell less", lambda notebook: notebook["cells"].pop(), ("missing_cell", MAJOR, 10), "Cell 10"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_single_difference_is_reported_as_exactly_that(folder: Path, case: Case) -> None:
    comparison = compared(folder, analysis(), changed(case.change), **case.config)
    assert kinds(comparison) == [case.expected]
    (found,) = comparison.differences
    assert case.says in found.named(found.quoted)
    counts = case.expected[1] != MINOR
    assert comparison.result == ("failed" if counts else "matched")
    assert comparison.mismatched == (1 if counts else 0)
    assert len(found.mismatches) <= 1


def test_there_are_many_single_differences() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_cell_in_front_shifts_nothing(folder: Path) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].insert(0, cell("print('new')", stdout("new\n")))
        notebook["cells"].insert(0, markdown("Intro"))
        notebook["cells"][5]["outputs"][0]["text"] = "epoch 1 loss 0.1\nepoch 2 loss 0.2750\naccuracy: 0.9433\n"

    comparison = compared(folder, analysis(), changed(change))
    assert kinds(comparison) == [("extra_cell", MINOR, 1), ("output_mismatch", MAJOR, 5)]
    assert [found.golden_cell for found in comparison.differences] == [None, 3]
