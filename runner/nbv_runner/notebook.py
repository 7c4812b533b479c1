"""Reading the notebook: everything that can be wrong with the file is a clear sentence and exit code 50."""

from __future__ import annotations

import json
import os
import stat
import warnings
from typing import Any, Dict, List

import nbformat

from .outcome import Outcome, RunStopped

MAX_BYTES = 100 * 1024 * 1024
MAX_CELLS = 20_000


def read_notebook(root: str, path: str) -> "nbformat.NotebookNode":
    """The notebook without its old outputs. Raises RunStopped."""
    document = _parse(_read(root, path), path)
    _require_shape(document, path)
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            # Stored errors of an old run must never be taken for new ones, and need not be valid.
            cell["outputs"] = []
            cell["execution_count"] = None
            cell.setdefault("metadata", {}).pop("execution", None)
    document.setdefault("metadata", {}).pop("widgets", None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nbformat.reads(json.dumps(document), as_version=4)
    except Exception as error:
        raise _invalid(path, "is not a valid notebook (%s)" % _first_line(error)) from error


def locate(root: str, path: str) -> str:
    """The real path below the repository's root. Raises RunStopped."""
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(real_root, path))
    if os.path.isabs(path) or os.path.commonpath([real_root, real]) != real_root:
        raise _invalid(path, "leads out of the repository")
    return real


def _read(root: str, path: str) -> bytes:
    real = locate(root, path)
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        near = ", ".join(_near(root, path))
        hint = " Notebooks there are: %s." % near if near else ""
        raise RunStopped(Outcome.NOTEBOOK_NOT_FOUND, "The commit has no notebook %s.%s" % (path, hint)) from error
    except OSError as error:
        raise _invalid(path, "can't be read (%s)" % error.strerror) from error
    with (
        os.fdopen(descriptor, "rb", closefd=True)
        if stat.S_ISREG(os.fstat(descriptor).st_mode)
        else _refuse(descriptor, path) as file
    ):
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _invalid(path, "is larger than %d MB" % (MAX_BYTES // 1024 // 1024))
    return data


def _refuse(descriptor: int, path: str) -> Any:
    os.close(descriptor)
    raise _invalid(path, "is not a file")


def _near(root: str, path: str) -> List[str]:
    """Notebooks beside the missing one, else anywhere; a few."""
    found: List[str] = []
    for start in (os.path.join(root, os.path.dirname(path)), root):
        for folder, folders, files in os.walk(start):
            folders[:] = sorted(name for name in folders if not name.startswith("."))[:50]
            found += [
                os.path.relpath(os.path.join(folder, name), root) for name in sorted(files) if name.endswith(".ipynb")
            ]
            if len(found) >= 5:
                break
        if found:
            return found[:5]
    return found


def _parse(data: bytes, path: str) -> Dict[str, Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _invalid(path, "is not JSON (%s)" % _first_line(error)) from error
    if not isinstance(document, dict):
        raise _invalid(path, "is not a notebook: its JSON is not an object")
    return document


def _require_shape(document: Dict[str, Any], path: str) -> None:
    version = document.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _invalid(path, "is not a notebook: it has no nbformat number")
    if version != 4:
        fix = (
            "open and save it with a current Jupyter, or `jupyter nbconvert --to notebook --inplace`"
            if version < 4
            else ""
        )
        raise _invalid(path, "has nbformat %d, only 4 is supported%s" % (version, "; " + fix if fix else ""))
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise _invalid(path, "has no list of cells")
    if len(cells) > MAX_CELLS:
        raise _invalid(path, "has more than %d cells" % MAX_CELLS)
    for index, cell in enumerate(cells):
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
            raise _invalid(path, "has no valid cell_type in cell %d" % index)
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            cell["source"] = "".join(source)
        elif not isinstance(source, str):
            raise _invalid(path, "has no source text in cell %d" % index)
        if not isinstance(cell.get("metadata", {}), dict):
            raise _invalid(path, "has metadata that are not an object in cell %d" % index)
    if not isinstance(document.get("metadata", {}), dict):
        raise _invalid(path, "has metadata that are not an object")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _invalid(path: str, what: str) -> RunStopped:
    return RunStopped(Outcome.NOTEBOOK_INVALID, "Notebook %s %s." % (path, what))
