"""`nbv lint`: what the static checks say about notebooks, without running them.

Request: `{"notebooks": [{"name", "path"} | {"name", "text"}], "policy", "expectedOutputs"?, "parameters"?}`, the last
three as in config.json. Answer: `{"notebooks": [{"name", "cells", "language", "findings", "lines", "unparsed"} |
{"name", "problem"}]}`; `lines` holds the source line that each finding names, or null.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..analysis.cell_source import CellSource, NotebookSource
from ..analysis.read_sources import read_sources
from ..checks import check_notebook
from ..checks.check import CheckContext
from ..config import Attempt, RunnerConfig, Timeouts, parse_expected, parse_policy
from ..config_fields import Fields
from ..finding import Finding
from ..notebook import parse_document, read_file, stored_counts
from ..outcome import RunStopped
from ..tags import tags_of
from ..text import one_line
from .bad_request import BadRequest
from .ipython_transform import ipython_transform

MAX_FINDINGS = 5000
"""Of one notebook; more is a machine's doing."""
MAX_LINE = 200


def answer(request: Mapping[str, Any]) -> Dict[str, Any]:
    notebooks = request.get("notebooks")
    if not isinstance(notebooks, list) or not all(isinstance(each, dict) for each in notebooks):
        raise BadRequest("notebooks must be a list of objects")
    config = _config(request)
    return {"notebooks": [_lint(each, config) for each in notebooks]}


def _lint(source: Mapping[str, Any], config: RunnerConfig) -> Dict[str, Any]:
    name = str(source.get("name", ""))
    try:
        document = parse_document(_bytes(source, name), name)
    except FileNotFoundError:
        return {"name": name, "problem": "Notebook %s is not there." % name}
    except RunStopped as stopped:
        return {"name": name, "problem": stopped.message}
    language = language_of(document)
    notebook = sources_of(document) if language == "python" else NotebookSource()
    findings = check_notebook(CheckContext(config, notebook))[:MAX_FINDINGS] if language == "python" else []
    return {
        "name": name,
        "cells": len(document["cells"]),
        "language": language,
        "findings": [finding.document() for finding in findings],
        "lines": [_line(finding, notebook) for finding in findings],
        "unparsed": [_unparsed(cell) for cell in notebook.cells if cell.tree is None and cell.text.strip()],
    }


def sources_of(document: Mapping[str, Any]) -> NotebookSource:
    """The code cells of a notebook's document."""
    counts = stored_counts(dict(document))
    cells: List[CellSource] = []
    for index, cell in enumerate(document["cells"]):
        if cell["cell_type"] == "code":
            cells.append(CellSource(index, len(cells), tags_of(cell), cell["source"], stored_count=counts.get(index)))
    return read_sources(cells, ipython_transform)


def language_of(document: Mapping[str, Any]) -> str:
    """Of the notebook's kernel; one that says nothing runs on Python."""
    metadata = document.get("metadata") or {}
    for field, key in (("kernelspec", "language"), ("language_info", "name")):
        said = metadata.get(field)
        if isinstance(said, dict) and isinstance(said.get(key), str) and said[key]:
            name = said[key].lower()
            return "python" if name in ("ipython", "python3", "python") else str(name)
    return "python"


def _bytes(source: Mapping[str, Any], name: str) -> bytes:
    text, path = source.get("text"), source.get("path")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if not isinstance(path, str):
        raise BadRequest("notebook %r needs a path or a text" % name)
    return read_file(path, name)


def _config(request: Mapping[str, Any]) -> RunnerConfig:
    """Of a job that nobody runs."""
    fields = Fields(dict(request), "")
    parameters = request.get("parameters")
    return RunnerConfig(
        attempt=Attempt("", "", "", 1),
        commit="",
        notebook_path="",
        parameters=parameters if isinstance(parameters, dict) else {},
        kernel=None,
        working_directory=None,
        timeouts=Timeouts(1.0, None, 1.0),
        level="",
        policy=parse_policy(request.get("policy", {})),
        store_outputs=False,
        expected=parse_expected(fields),
    )


def _line(finding: Finding, notebook: NotebookSource) -> Optional[str]:
    cell = notebook.cell(finding.cell) if finding.cell is not None else None
    line = finding.evidence.get("line")
    lines = cell.text.splitlines() if cell is not None else []
    if not isinstance(line, int) or not 0 < line <= len(lines):
        return None
    return one_line(lines[line - 1], MAX_LINE)


def _unparsed(cell: CellSource) -> Dict[str, Any]:
    line, why = _syntax_error(cell)
    return {"cell": cell.index, "line": line, "why": why}


def _syntax_error(cell: CellSource) -> Tuple[Optional[int], str]:
    try:
        compile(cell.code, "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno, str(error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return None, one_line(str(error), MAX_LINE) or type(error).__name__
    return None, "it is too long or too deep"
