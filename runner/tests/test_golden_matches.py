"""What says the same is a match, however differently it is stored."""

from __future__ import annotations

import base64
import struct
from pathlib import Path
from typing import Any, List

import pytest

from golden_pairs import (
    VOLATILE,
    Change,
    analysis,
    cell,
    changed,
    compared,
    display,
    document,
    kinds,
    markdown,
    outputs_match,
    png,
    result,
    stderr,
    stdout,
)
from nbv_runner.golden import pictures


def test_a_notebook_matches_itself(folder: Path) -> None:
    comparison = compared(folder, analysis(), analysis())
    assert (comparison.result, comparison.total, comparison.matched, kinds(comparison)) == ("matched", 9, 9, [])
    assert not comparison.not_compared


def with_ids(notebook: Any, prefix: str) -> None:
    notebook["nbformat_minor"] = 5
    for index, each in enumerate(notebook["cells"]):
        each["id"] = "%s%d" % (prefix, index)


def reordered_fragments(notebook: Any) -> None:
    outputs = notebook["cells"][3]["outputs"]
    text = outputs[0]["text"] + outputs[2]["text"]
    fragments = [stdout(text[at : at + 7]) for at in range(0, len(text), 7)]
    outputs[:] = [fragments[0], stderr("INFO "), *fragments[1:], stderr("trained\n")]


def stored_as_lines(notebook: Any) -> None:
    for each in notebook["cells"]:
        each["source"] = each["source"].splitlines(keepends=True)
        for output in each.get("outputs", ()):
            for holder, key in ((output, "text"), *((output.get("data", {}), mime) for mime in output.get("data", {}))):
                if isinstance(holder.get(key), str) and key != "image/png":
                    holder[key] = holder[key].splitlines(keepends=True)


def coloured_progress(notebook: Any) -> None:
    outputs = notebook["cells"][3]["outputs"]
    outputs[0]["text"] = "epoch 0\rep\x1b[32moch 1\x1b[0m loss 0.5312\nepoch 2\b3\b2 loss 0.2750\r\naccuracy: 0.9433\n"


def other_image_bytes(notebook: Any) -> None:
    notebook["cells"][5]["outputs"][0]["data"]["image/png"] = png(colour=254, size=48)


def wider_columns(notebook: Any) -> None:
    data = notebook["cells"][2]["outputs"][0]["data"]
    data["text/plain"] = data["text/plain"].replace("   ", "     ").replace("980.25", "980.250")
    data["text/html"] = data["text/html"].replace("text-align: right", "text-align: left").replace("\n", "\n\n")


def without_html(notebook: Any) -> None:
    del notebook["cells"][2]["outputs"][0]["data"]["text/html"]


def more_markdown(notebook: Any) -> None:
    for _ in range(3):
        notebook["cells"].insert(1, markdown("More words"))


def other_counts(notebook: Any) -> None:
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            each["execution_count"] += 40
    notebook["metadata"]["kernelspec"] = {"name": "other"}
    notebook["cells"][8]["outputs"][0]["traceback"] = ["another one"]


def noisy_stderr(notebook: Any) -> None:
    notebook["cells"][1]["outputs"].append(stderr("DeprecationWarning: …\n"))
    notebook["cells"][3]["outputs"].pop(1)


def reordered_json(notebook: Any) -> None:
    data = notebook["cells"][6]["outputs"][0]["data"]
    data["application/json"] = dict(reversed(list(data["application/json"].items())))
    data["application/json"]["scores"] = [0.91001, 0.88]


def trailing_space_in_sources(notebook: Any) -> None:
    notebook["cells"][1]["source"] = "import pandas as pd  \nimport json\n"


SAME: "dict[str, Change]" = {
    "stream fragments in another order": reordered_fragments,
    "texts as lists of lines": stored_as_lines,
    "colours, carriage returns and backspaces": coloured_progress,
    "another rendering of a picture": other_image_bytes,
    "wider columns and other styles of a frame": wider_columns,
    "a frame without its HTML": without_html,
    "markdown cells between": more_markdown,
    "execution counts, metadata and tracebacks": other_counts,
    "stderr": noisy_stderr,
    "JSON keys in another order, numbers within the tolerance": reordered_json,
    "cell ids": lambda notebook: with_ids(notebook, "a"),
    "white space in sources": trailing_space_in_sources,
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_in_other_bytes_is_a_match(folder: Path, change: Change) -> None:
    comparison = compared(folder, analysis(), changed(change))
    assert kinds(comparison) == []
    assert (comparison.result, comparison.total) == ("matched", 9)
    assert compared(folder, changed(change), analysis()).result == "matched"


@pytest.mark.parametrize(("one", "other"), VOLATILE)
def test_what_is_new_in_every_run_does_not_count(folder: Path, one: str, other: str) -> None:
    assert outputs_match(folder, one, other)
    assert not outputs_match(folder, one, other, is_exact=True)


TELLING = [
    ("0x1F", "0x2F"),
    ("v1.2.3", "v1.2.4"),
    ("1.2.3", "1.2.4"),
    ("row 5 of 10", "row 5 of 11"),
    ("5 days", "6 days"),
    ("Market 12", "Market 13"),
    ("std 1.0\nmin 3.0", "std 2.0\nmin 3.0"),
    ("count 3.0 mean 2.0", "count 3.0 mean 2.5"),
    ("[1,234,567]", "[1,234,568]"),
    ("(1+2j)", "(1+3j)"),
    ("10x", "11x"),
    ("data/a.csv", "data/b.csv"),
    ("None", "nan"),
    ("é", "e"),
    ("9" * 500, "9" * 499 + "8"),
]


@pytest.mark.parametrize(("one", "other"), TELLING)
def test_what_tells_something_counts(folder: Path, one: str, other: str) -> None:
    assert not outputs_match(folder, one, other)


def test_times_count_when_the_job_says_so(folder: Path) -> None:
    assert not outputs_match(folder, "took 1 s", "took 2 s", ignore_timestamps=False)
    assert outputs_match(folder, "<A at 0x7f8b4c0d2e50>", "<A at 0x7f8b4c0d2e51>", ignore_timestamps=False)


def test_custom_patterns_do_not_count(folder: Path) -> None:
    assert outputs_match(folder, "run ab-12 ok", "run cd-34 ok", custom_patterns=("[a-z]{2}-[0-9]+",))
    assert not outputs_match(folder, "run ab-12 ok", "run cd-34 no", custom_patterns=("[a-z]{2}-[0-9]+",))


def test_what_nobody_can_compare_is_compared_by_its_presence(folder: Path) -> None:
    def widget(model: str) -> List[Any]:
        data = {"application/vnd.jupyter.widget-view+json": {"model_id": model}, "text/plain": "IntSlider(value=1)"}
        return [{"output_type": "display_data", "data": data, "metadata": {}}]

    assert outputs_match(folder, widget("a1"), widget("b2"))
    script = [display(text__plain="<IPython.core.display.Javascript object>", application__javascript="a()")]
    other = [display(text__plain="<IPython.core.display.Javascript object>", application__javascript="b()")]
    assert outputs_match(folder, script, other)
    assert not outputs_match(folder, script, [])


def test_a_picture_is_the_same_at_another_size_and_not_with_other_data(folder: Path) -> None:
    def picture(**how: int) -> List[Any]:
        return [display(image__png=png(**how))]

    assert outputs_match(folder, picture(stripe=8, size=64), picture(stripe=16, size=64))
    assert not outputs_match(folder, picture(stripe=8, size=64), picture(stripe=30, size=64), images="perceptual")
    assert outputs_match(folder, picture(colour=250, size=64), picture(colour=255, size=96), images="perceptual")
    broken = [display(image__png="iVBORw0KGgo" + "A" * 200)]
    assert not outputs_match(folder, picture(stripe=8, size=64), broken, images="perceptual")
    jpeg = [[display(image__jpeg=letter * 400)] for letter in "ab"]
    assert outputs_match(folder, *jpeg, images="perceptual")
    assert not outputs_match(folder, *jpeg, images="exact")


def test_pictures_that_are_too_much_to_look_at_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_LOOKED_AT", 3 * 40 * 40)
    wide = [document(*(cell("f(%d)" % i, display(image__png=png(c, 40))) for i in range(3))) for c in (9, 99)]
    comparison = compared(folder, *wide, images="perceptual")
    assert comparison.notes == ["images too large to be looked at: 2"]
    assert comparison.mismatched == 1


@pytest.mark.parametrize("side", [0, 2**31 - 1, pictures.MAX_LOOKED_AT // 8])
def test_a_golden_picture_that_cannot_be_read_is_said_and_one_of_the_run_is_a_difference(
    folder: Path, side: int
) -> None:
    data = base64.b64decode(png())
    spoilt = base64.b64encode(data[:16] + struct.pack(">II", side, 1) + data[24:]).decode()
    well, bad = (document(cell("f()", display(image__png=each))) for each in (png(), spoilt))
    comparison = compared(folder, bad, well, images="perceptual")
    assert comparison.notes == ["golden images that can't be read, and so not compared: 1"]
    assert compared(folder, well, bad, images="perceptual").mismatched == 1


def test_ignored_cells_tags_and_types_are_left_out_and_said(folder: Path) -> None:
    run = changed(lambda notebook: notebook["cells"][3]["outputs"].clear())
    for config in ({"ignored_cells": frozenset({3})}, {"ignored_tags": frozenset({"slow"})}):
        run["cells"][3]["metadata"] = {"tags": ["slow"]}
        comparison = compared(folder, analysis(), run, **config)
        assert (comparison.result, comparison.total) == ("matched", 8)
        assert [each.cell for each in comparison.not_compared] == [3]
    run["cells"][3]["metadata"] = {"tags": ["nbv-ignore-output"]}
    assert compared(folder, analysis(), run).result == "matched"
    run["cells"][3]["metadata"] = {}
    assert compared(folder, analysis(), run, ignored_types=frozenset({"stream"})).result == "matched"
    assert compared(folder, analysis(), run, ignored_types=frozenset({"stdout"})).result == "matched"
    assert compared(folder, analysis(), run, ignored_types=frozenset({"stderr"})).result == "failed"


def test_a_cell_that_never_ran_in_the_golden_notebook_is_not_compared(folder: Path) -> None:
    def forget(notebook: Any) -> None:
        notebook["cells"][3].update(outputs=[], execution_count=None)

    comparison = compared(folder, changed(forget), analysis())
    assert (comparison.result, comparison.total) == ("matched", 8)
    assert comparison.not_compared[0].reason == "the golden notebook has no outputs for it"


def test_a_cell_that_ran_without_outputs_promises_none(folder: Path) -> None:
    golden = changed(lambda notebook: notebook["cells"][3].update(outputs=[]))
    assert kinds(compared(folder, golden, analysis())) == [("output_mismatch", "major", 3)]


def test_an_injected_parameters_cell_is_none_of_the_authors(folder: Path) -> None:
    golden = changed(
        lambda notebook: notebook["cells"].insert(1, cell("rows = 5", tags=["injected-parameters"], count=1))
    )
    assert kinds(compared(folder, golden, analysis())) == []


def test_nothing_compared_is_no_match(folder: Path) -> None:
    comparison = compared(folder, analysis(), analysis(), ignored_cells=frozenset(range(20)))
    assert (comparison.result, comparison.total) == ("skipped", 0)


def test_ids_find_cells_that_moved(folder: Path) -> None:
    golden, run = analysis(), analysis()
    with_ids(golden, "cell-")
    with_ids(run, "cell-")
    run["cells"].append(run["cells"].pop(2))
    assert kinds(compared(folder, golden, run)) == []


def test_ids_that_only_number_the_cells_are_seen_through(folder: Path) -> None:
    golden, run = analysis(), analysis()
    run["cells"].insert(1, cell("setup()"))
    with_ids(golden, "cell-")
    with_ids(run, "cell-")
    assert kinds(compared(folder, golden, run)) == [("extra_cell", "minor", 1)]


def test_results_and_displays_of_one_value_are_alike(folder: Path) -> None:
    assert outputs_match(folder, [result(text__plain="5")], [display(text__plain="5")])
    assert not outputs_match(folder, [result(text__plain="5")], [display(text__plain="5")], is_exact=True)
