"""Everything that can be wrong before the first cell: a clear sentence, the right exit code, and still a verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from harness import RUNNER, Attempt, notebook, verify

Make = Callable[..., Attempt]

UNREADABLE: Dict[str, Any] = {
    "not JSON": "{",
    "not text": b"\xff\xfe\x00binary",
    "empty": "",
    "a list": "[]",
    "no cells": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}},
    "too old": {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []},
    "too new": {"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []},
    "odd cell": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "sound"}]},
    "no source": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]},
    "deeply nested": "[" * 100_000,
}


ODD_VALUES = {
    "nbformat_minor that is text": ({"nbformat_minor": "x"}, {}, "nbformat_minor that is not a whole number"),
    "nbformat_minor without end": ({"nbformat_minor": float("inf")}, {}, "nbformat_minor that is not a whole number"),
    "id that is an object": ({"nbformat_minor": 5}, {"id": {}}, "an id that is not text in cell 0"),
    "half a character": ({}, {"source": "x='\ud800'"}, "a character that is not valid Unicode in cell 0"),
    "half a character in a comment": (
        {},
        {"source": "x=1 # \udcff"},
        "a character that is not valid Unicode in cell 0",
    ),
}


@pytest.mark.parametrize("name", ODD_VALUES)
def test_an_odd_value_is_named(name: str, attempt: Make) -> None:
    document, cell, sentence = ODD_VALUES[name]
    whole = {**notebook(["1"]), **document}
    whole["cells"][0].update(cell)
    result = attempt(document=whole).run()
    assert (result.exit_code, result.verdict["reason"]) == (50, "NotebookInvalid")
    assert sentence in result.verdict["message"]


@pytest.mark.parametrize("document", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_notebook_is_refused(document: Any, attempt: Make) -> None:
    result = attempt(document=document).run()
    assert (result.exit_code, result.verdict["verdict"]) == (50, "Error")
    assert result.verdict["reason"] == "NotebookInvalid"
    assert "work/analysis.ipynb" in result.verdict["message"]
    assert result.termination == result.stdout


def test_a_missing_notebook_names_those_that_are_there(attempt: Make) -> None:
    one = attempt("1")
    one.config["notebook"]["path"] = "work/analyses.ipynb"
    result = one.run()
    assert (result.exit_code, result.verdict["reason"]) == (50, "NotebookNotFound")
    assert "work/analysis.ipynb" in result.verdict["message"]


@pytest.mark.parametrize("path", ["../outside.ipynb", "/etc/passwd", "work/link.ipynb", "work", "work/pipe.ipynb"])
def test_only_files_of_the_repository_are_read(path: str, attempt: Make) -> None:
    one = attempt("1")
    (one.root / "outside.ipynb").write_text(json.dumps(notebook(["1"])))
    (one.source / "work" / "link.ipynb").symlink_to(one.root / "outside.ipynb")
    os.mkfifo(one.source / "work" / "pipe.ipynb")
    one.config["notebook"]["path"] = path
    result = one.run(limit=20)
    assert result.exit_code == 50


def test_an_enormous_notebook_is_refused_before_it_is_parsed(attempt: Make) -> None:
    one = attempt("1")
    with open(one.source / "work" / "analysis.ipynb", "wb") as file:
        file.truncate(101 * 1024 * 1024)
    result = one.run()
    assert result.exit_code == 50 and "larger than 100 MB" in result.verdict["message"]


BAD_CONFIGURATIONS = {
    "version": lambda c: c.update(version="nbv.config.v9"),
    "attempt": lambda c: c.pop("attempt"),
    "notebook.path": lambda c: c["notebook"].pop("path"),
    "timeouts.notebookSeconds": lambda c: c["timeouts"].update(notebookSeconds=-1),
    "timeouts.cellSeconds": lambda c: c["timeouts"].update(cellSeconds="5"),
    "policy.E1": lambda c: c["policy"].update(E1="fatal"),
    "storeOutputs": lambda c: c.update(storeOutputs="yes"),
    "secretEnv": lambda c: c.update(secretEnv="TOKEN"),
    "notebook.parameters": lambda c: c["notebook"].update(parameters={"not a name": 1}),
    "'class'": lambda c: c["notebook"].update(parameters={"class": 1}),
    "workingDirectory": lambda c: c["notebook"].update(workingDirectory="../elsewhere"),
}


@pytest.mark.parametrize("field", BAD_CONFIGURATIONS)
def test_a_bad_configuration_names_the_field(field: str, attempt: Make) -> None:
    one = attempt("1")
    BAD_CONFIGURATIONS[field](one.config)
    result = one.run()
    assert (result.exit_code, result.verdict["verdict"]) == (60, "Error")
    assert result.verdict["reason"] == "InvalidRunnerConfig"
    assert field in result.verdict["message"]


@pytest.mark.parametrize("text", ["", "{", "null", '{"version": NaN}', "[" * 50_000])
def test_a_configuration_that_is_not_json_is_refused(text: str, attempt: Make) -> None:
    one = attempt("1")
    one.config_text = text or " "
    result = one.run()
    assert result.exit_code == 60 and len(result.events) == 1


@pytest.mark.parametrize("key", ["", "zz", "00" * 31, None])
def test_without_a_key_nothing_is_signed_and_nothing_runs(key: Any, attempt: Make) -> None:
    one = attempt("open('ran', 'w')")
    (one.handover / "key").unlink()
    if key is not None:
        (one.handover / "key").write_text(key)
    result = one.run()
    assert result.exit_code == 60
    assert result.stdout == b"" and "key" in result.stderr
    assert not (one.source / "work" / "ran").exists()


def bare_environment(folder: Path) -> str:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / "bin" / "python3")


def test_an_environment_without_ipykernel_says_what_to_add(attempt: Make, folder: Path) -> None:
    one = attempt("1")
    (one.handover / "config.json").write_text(json.dumps(one.config))
    command = [bare_environment(folder / "venv"), "-I", "-S", str(RUNNER / "main.py"), "--handover", str(one.handover)]
    command += ["--source", str(one.source), "--artifacts", str(one.artifacts)]
    done = subprocess.run([*command, "--termination-log", str(one.termination_log)], capture_output=True)
    assert done.returncode == 40
    verified = verify(one.key, done.stdout.rstrip(b"\n"))
    assert verified is not None
    assert verified[1]["reason"] == "KernelMissing" and "no ipykernel" in verified[1]["message"]


def test_wrong_arguments_are_a_bad_configuration() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", str(RUNNER / "main.py"), "--nonsense"], capture_output=True)
    assert done.returncode == 60 and done.stdout == b"" and b"--handover" in done.stderr


def test_the_entry_point_parses_on_every_python_3() -> None:
    import ast

    ast.parse((RUNNER / "main.py").read_text(), feature_version=(3, 4))
