"""What says the same is a match, however differently it is stored; what is no golden notebook is an error."""

from __future__ import annotations

import base64
import itertools
import json
import random
import struct
from decimal import Decimal
from pathlib import Path
from typing import Any, List

import pytest

from golden_pairs import (
    FIGURE,
    Change,
    analysis,
    cell,
    changed,
    compared,
    display,
    document,
    kinds,
    markdown,
    png,
    result,
    stderr,
    stdout,
)
from nbv_runner.comparison_config import ComparisonConfig
from nbv_runner.golden import pictures, reading_budget
from nbv_runner.golden.alignment import align
from nbv_runner.golden.common_subsequence import common_subsequence
from nbv_runner.golden.comparable_cell import ComparableCell
from nbv_runner.golden.comparison_document import comparison_document, comparison_event
from nbv_runner.golden.numbers import Tolerance
from nbv_runner.golden.sanitizers import Sanitizers
from nbv_runner.golden.terminal_text import shown
from nbv_runner.golden.tokens import texts_agree, tokens
from nbv_runner.outcome import RunStopped


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


def outputs_match(folder: Path, one: Any, other: Any, **config: Any) -> bool:
    pair = [document(cell("f()", *(each if isinstance(each, list) else [stdout(each)]))) for each in (one, other)]
    return compared(folder, *pair, **config).result == "matched"


VOLATILE = [
    ("<Model object at 0x7f8b4c0d2e50>", "<Model object at 0x55d0c8a1>"),
    ("run 2026-11-21 16:43:07.123456 done", "run 2025-01-02 03:04:05 done"),
    ("at 2026-11-21T16:43:07Z", "at 2026-11-22T01:00:00+02:00"),
    ("Sat Nov 21 17:09:17 UTC 2026", "Sun Nov 22 01:02:03 UTC 2026"),
    ("Fri, 20 Nov 2026 10:00:00 GMT", "Sat, 21 Nov 2026 11:12:13 GMT"),
    ("on 11/21/2026", "on 1/2/2026"),
    ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-0000-4000-8000-0123456789ab"),
    ("saved to /tmp/tmpab12/model.pkl", "saved to /var/folders/x1/y2/T/model.pkl"),
    ("took 1.25 s", "took 831 ms"),
    ("CPU times: user 3 ms, sys: 1 µs, total: 4 ms", "CPU times: user 12 ms, sys: 0 ns, total: 12 ms"),
    ("Wall time: 1min 3s", "Wall time: 2 s"),
    (
        "1.23 µs ± 45 ns per loop (mean ± std. dev. of 7 runs, 1,000,000 loops each)",
        "12.3 ms ± 0.2 ms per loop (mean ± std. dev. of 7 runs, 100 loops each)",
    ),
    ("100%|####| 10/10 [00:00<00:00, 1234.5it/s]", "100%|####| 10/10 [00:12<00:00, 1.2s/it]"),
    ("/tmp/ipykernel_12/345.py:1: UserWarning: x", "/tmp/ipykernel_9/1.py:1: UserWarning: x"),
    (FIGURE, FIGURE.replace("640x480", "1280x720")),
    ("Cell In[3], line 1", "Cell In[14], line 1"),
]


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


class TestLaws:
    def test_a_common_subsequence_is_common_and_longest(self) -> None:
        chance = random.Random(5)
        for size in [*range(12), *[40] * 60, 300]:
            left, right = ([chance.randrange(1 + size // 3) for _ in range(chance.randrange(size + 1))] for _ in "ab")
            pairs = common_subsequence(left, right)
            assert all(left[i] == right[j] for i, j in pairs)
            assert all(a[0] < b[0] and a[1] < b[1] for a, b in zip(pairs, pairs[1:]))
            assert len(pairs) == longest(left, right)

    def test_alignment_is_symmetric_in_its_counts(self) -> None:
        chance = random.Random(7)
        words = ["load", "join", "train", "plot", "save", ""]

        def cells(ids: bool) -> List[ComparableCell]:
            count = chance.randrange(8)
            sources = [" ".join(chance.choice(words) for _ in range(chance.randrange(1, 4))) for _ in range(count)]
            names = [str(name) for name in chance.sample(range(10), count)] if ids else [None] * count
            return [
                ComparableCell(index, source, frozenset(), name, (), True)
                for index, (source, name) in enumerate(zip(sources, names))
            ]

        for round_ in range(300):
            one, other = cells(round_ % 2 == 0), cells(round_ % 2 == 0)
            there, back = align(one, other), align(other, one)
            assert len(there.pairs) == len(back.pairs)
            assert (len(there.added), len(there.removed)) == (len(back.removed), len(back.added))
            assert len(there.pairs) + len(there.removed) == len(one)
            assert len({i for i, _ in there.pairs}) == len({j for _, j in there.pairs}) == len(there.pairs)

    def test_tolerances_hold_both_ways_and_for_more_when_they_are_wider(self) -> None:
        chance = random.Random(11)
        for _ in range(3000):
            one, other = (Decimal(chance.randrange(-1000, 1000)) / chance.choice([1, 10, 1000]) for _ in "ab")
            tolerance = Tolerance.of(chance.choice([0, 0.0001, 0.1, 5]), chance.choice([0, 0.01, 0.5]))
            expected = abs(one - other) <= max(tolerance.absolute, tolerance.relative * max(abs(one), abs(other)))
            assert tolerance.holds(one, other) == tolerance.holds(other, one) == expected
            assert tolerance.holds(one, one)
            if expected:
                assert Tolerance(tolerance.absolute + 1, tolerance.relative).holds(one, other)

    def test_a_tolerance_is_met_at_its_very_edge(self) -> None:
        assert Tolerance.of(0.1, 0).holds(Decimal("1.1"), Decimal("1.0"))
        assert not Tolerance.of(0.1, 0).holds(Decimal("1.10000001"), Decimal("1.0"))
        assert Tolerance.of(0, 0.1).holds(Decimal("100"), Decimal("90"))

    def test_special_numbers_equal_themselves_only(self) -> None:
        tolerance = Tolerance.of(1000, 1)
        for one, other in itertools.product(("nan", "inf", "-inf", "0"), repeat=2):
            assert texts_agree(one, other, tolerance) == (one == other)

    def test_texts_agree_with_themselves_however_they_are_spaced(self) -> None:
        chance = random.Random(13)
        parts = ["1.5", "nan", "-2e-3", "word", "(", ")", "[", "]", ",", "\n", "  ", "0x1f", "v2", "…", "1,250"]
        tolerance = Tolerance.of(0, 0)
        for _ in range(500):
            text = " ".join(chance.choice(parts) for _ in range(12))
            spaced = text.replace(" ", chance.choice(["   ", "\n", " \t "]))
            assert texts_agree(text, spaced, tolerance)
            assert [token for token, _ in tokens(text)] == [token for token, _ in tokens(spaced)]

    def test_cleaning_twice_changes_nothing_more(self) -> None:
        sanitizers = Sanitizers(ComparisonConfig())
        for text in [one for pair in VOLATILE for one in pair]:
            once = sanitizers.apply(shown(text))
            assert sanitizers.apply(shown(once)) == once


def longest(left: List[int], right: List[int]) -> int:
    row = [0] * (len(right) + 1)
    for one in left:
        before = row
        row = [0]
        for column, other in enumerate(right):
            row.append(before[column] + 1 if one == other else max(before[column + 1], row[column]))
    return row[-1]


def test_results_and_displays_of_one_value_are_alike(folder: Path) -> None:
    assert outputs_match(folder, [result(text__plain="5")], [display(text__plain="5")])
    assert not outputs_match(folder, [result(text__plain="5")], [display(text__plain="5")], is_exact=True)
