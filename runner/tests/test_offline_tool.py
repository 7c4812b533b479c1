"""The offline entry: the standard library is enough, bad input is one sentence, nothing of a notebook is run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from harness import RUNNER, code, notebook

TOOL = str(RUNNER / "tool.py")


def ask(
    request: Any, *arguments: str, options: Tuple[str, ...] = ("-I",), tool: str = TOOL
) -> "subprocess.CompletedProcess[bytes]":
    text = request if isinstance(request, bytes) else json.dumps(request).encode()
    command = [sys.executable, *options, tool, *(arguments or ("lint",))]
    return subprocess.run(command, input=text, capture_output=True, timeout=60)


def lint_file(path: Path) -> Dict[str, Any]:
    ended = ask({"notebooks": [{"name": "x.ipynb", "path": str(path)}], "policy": {"A1": "failure", "L6": "warning"}})
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)["notebooks"][0]


def test_the_standard_library_is_enough(folder: Path) -> None:
    shutil.copy(TOOL, folder)
    shutil.copytree(RUNNER / "nbv_runner", folder / "nbv_runner", ignore=shutil.ignore_patterns("__pycache__"))
    cells: List[Any] = ["%%time\nx = !ls", code("print(nothing)")]
    request = {"notebooks": [{"name": "a", "text": json.dumps(notebook(cells))}], "policy": {"L6": "warning"}}
    ended = ask(request, options=("-I", "-S"), tool=str(folder / "tool.py"))
    (result,) = json.loads(ended.stdout)["notebooks"]
    assert [each["evidence"]["name"] for each in result["findings"]] == ["nothing"]
    assert result["findings"][0]["source"] == "print(nothing)" and result["findings"][0]["lesson"]["suggestion"]


def test_nothing_of_the_notebook_runs(folder: Path) -> None:
    canary = folder / "canary"
    path = folder / "a.ipynb"
    path.write_text(json.dumps(notebook(["open(%r, 'w')" % str(canary), "!touch %s" % canary, "# coding: evil"])))
    assert lint_file(path)["cells"] == 3
    assert not canary.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x = 1", "Notebook x.ipynb is not JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"\x00\xff\xfe", "Notebook x.ipynb is not JSON ("),
        (b"[]", "Notebook x.ipynb is not a notebook: its JSON is not an object."),
        (b"[" * 100_000, "Notebook x.ipynb is not JSON ("),
        (b'{"cells": []}', "Notebook x.ipynb is not a notebook: it has no nbformat number."),
        (
            b'{"nbformat": 3, "worksheets": []}',
            "Notebook x.ipynb has nbformat 3, only 4 is supported; open and save it",
        ),
        (b'{"nbformat": 4, "cells": {}}', "Notebook x.ipynb has no list of cells."),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "Notebook x.ipynb has no source text in cell 0."),
        (b'{"nbformat": 4, "cells": [7]}', "Notebook x.ipynb has no valid cell_type in cell 0."),
        (b" " * (100 * 1024 * 1024 + 1), "Notebook x.ipynb is larger than 100 MB."),
    ],
)
def test_a_malformed_notebook_is_one_sentence(folder: Path, content: bytes, sentence: str) -> None:
    path = folder / "x.ipynb"
    path.write_bytes(content)
    problem = lint_file(path)["problem"]
    assert problem.startswith(sentence) and "\n" not in problem and len(problem) < 400


def test_what_is_no_file_is_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert lint_file(folder / "pipe")["problem"] == "Notebook x.ipynb is not a file."
    assert lint_file(folder)["problem"] == "Notebook x.ipynb is not a file."
    assert lint_file(folder / "missing")["problem"] == "Notebook x.ipynb is not there."
    assert "x.ipynb can't be read" in lint_file(folder / ("n" * 5000))["problem"]


def test_what_jupyter_tolerates_is_no_mistake(folder: Path) -> None:
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {**code("x = 1"), "id": "same"},
            {**code("assert x"), "id": "same"},
            {"cell_type": "code", "source": []},
        ],
    }
    path = folder / "x.ipynb"
    path.write_text("\ufeff" + json.dumps(document), encoding="utf-8")
    assert lint_file(path)["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "request_", "sentence"),
    [
        (("lint",), b"{", "the request is not JSON"),
        (("lint",), b"[]", "the request is not a JSON object"),
        (("lint",), {}, "notebooks must be a list of objects"),
        (("lint",), {"notebooks": [{"name": "a"}]}, "notebook 'a' needs a path or a text"),
        (("lint",), {"notebooks": [], "policy": {"A1": "deadly"}}, "policy.A1 must be one of"),
        (("lint",), {"notebooks": [], "expectedOutputs": 7}, "expectedOutputs"),
        (("explode",), {}, "usage: tool.py "),
        (("lint", "more"), {}, "usage: tool.py "),
    ],
)
def test_a_request_that_can_not_be_answered_says_why(arguments: Tuple[str, ...], request_: Any, sentence: str) -> None:
    ended = ask(request_, *arguments)
    assert ended.returncode == 2 and sentence in json.loads(ended.stdout)["error"]
    assert ended.stderr == b""


def test_hostile_sources_do_no_harm(folder: Path) -> None:
    hostile = [
        "x = " + "(" * 3000,
        "x = " + "-" * 200_000 + "1",
        "+".join(["1"] * 50_000),
        "if x:\n" + "".join("%sif x:\n" % ("    " * depth) for depth in range(1, 95)) + "    " * 95 + "pass",
        "'''" + "a" * 1_000_000,
        "\x00",
        "try:\n    pass\n" + "except ValueError:\n    pass\n" * 2000,
        "f" + "(1)" * 150,
        "x" + ".a" * 180,
        "lambda: " * 90 + "1",
        "%" * 10_000 + "\n" + "!" * 10_000,
        "pip install " * 20_000,
        "!pip install " + "a " * 20_000,
        "!" + "pip " * 50_000,
        "open('/" + "a/" * 50_000 + "')",
        "\\\n" * 20_000 + "!ls",
    ]
    path = folder / "x.ipynb"
    path.write_text(json.dumps(notebook(hostile)))
    result = lint_file(path)
    assert result["cells"] == len(hostile)
