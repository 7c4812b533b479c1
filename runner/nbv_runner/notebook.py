"""Reading the notebook: everything that can be wrong with the file is a clear sentence and exit code 50."""

from __future__ import annotations

import json
import os
import stat
import warnings
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from .outcome import Outcome, RunStopped

if TYPE_CHECKING:
    import nbformat

MAX_BYTES = 100 * 1024 * 1024
MAX_CELLS = 20_000


def read_document(root: str, path: str) -> Dict[str, Any]:
    """The notebook as it is stored, results included; every cell's source is one text. Raises RunStopped."""
    try:
        data = read_file(locate(root, path), path)
    except FileNotFoundError as error:
        near = ", ".join(_near(root, path))
        hint = " Notebooks there are: %s." % near if near else ""
        raise RunStopped(Outcome.NOTEBOOK_NOT_FOUND, "The commit has no notebook %s.%s" % (path, hint)) from error
    return parse_document(data, path)


def parse_document(data: bytes, path: str) -> Dict[str, Any]:
    """A notebook from its bytes; `path` names it in messages. Raises RunStopped."""
    document = _parse(data, path)
    _require_shape(document, path)
    return document


def stored_counts(document: Dict[str, Any]) -> "Dict[int, Optional[int]]":
    """The execution counts of the code cells that the author's own run left, by index over all cells."""
    counts = {index: cell.get("execution_count") for index, cell in enumerate(document["cells"]) if _is_code(cell)}
    return {index: count if type(count) is int else None for index, count in counts.items()}


def without_results(document: Dict[str, Any], path: str) -> "nbformat.NotebookNode":
    """The notebook as it is run. Changes `document`. Raises RunStopped."""
    import nbformat  # Here, so that a notebook can be read where nothing but the standard library is.

    for cell in document["cells"]:
        if _is_code(cell):
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


def _is_code(cell: Dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "code")


def locate(root: str, path: str) -> str:
    """The real path below the repository's root. Raises RunStopped."""
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(real_root, path))
    if os.path.isabs(path) or os.path.commonpath([real_root, real]) != real_root:
        raise _invalid(path, "leads out of the repository")
    return real


def read_file(file: str, path: str) -> bytes:
    """The bytes of a regular file; `path` names it in messages. Raises FileNotFoundError and RunStopped."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise _invalid(path, "can't be read (%s)" % getattr(error, "strerror", error)) from error
    with (
        os.fdopen(descriptor, "rb", closefd=True)
        if stat.S_ISREG(os.fstat(descriptor).st_mode)
        else _refuse(descriptor, path) as opened
    ):
        data = bytes(opened.read(MAX_BYTES + 1))
    if len(data) > MAX_BYTES:
        raise _invalid(path, "is larger than %d MB" % (MAX_BYTES // 1024 // 1024))
    return data


def short_text(root: str, path: str, max_bytes: int) -> Optional[str]:
    """The file of a notebook that could be read, word for word; None when it is longer."""
    data = read_file(locate(root, path), path)
    return data.decode("utf-8-sig", "replace") if len(data) <= max_bytes else None


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
    minor = document.get("nbformat_minor", 0)
    if type(minor) is not int or minor < 0:
        raise _invalid(path, "has an nbformat_minor that is not a whole number")
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
        if not _is_unicode(cell["source"]):
            raise _invalid(path, "has a character that is not valid Unicode in cell %d" % index)
        if not isinstance(cell.get("id", ""), str):
            raise _invalid(path, "has an id that is not text in cell %d" % index)
        if not isinstance(cell.get("metadata", {}), dict):
            raise _invalid(path, "has metadata that are not an object in cell %d" % index)
    if not isinstance(document.get("metadata", {}), dict):
        raise _invalid(path, "has metadata that are not an object")


def _is_unicode(text: str) -> bool:
    """Half of a surrogate pair, which JSON can spell, is no character: no file and no kernel takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _invalid(path: str, what: str) -> RunStopped:
    return RunStopped(Outcome.NOTEBOOK_INVALID, "Notebook %s %s." % (path, what))
