"""`nbv lint`: what the static checks say about notebooks, without running them.

Request: `{"notebooks": [{"name", "path"} | {"name", "text"}], "policy", "expectedOutputs"?, "parameters"?, "sarif"?}`,
the three in the middle as in config.json. Answer: `{"notebooks": [{"name", "cells", "language", "findings", "unparsed"}
| {"name", "problem"}], "sarif"?}`; a finding also has the `source` line that it names, and its `lesson`.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..analysis.cell_source import CellSource, NotebookSource
from ..analysis.read_sources import read_sources
from ..analysis.stored_lines import stored_lines
from ..checks import check_notebook
from ..checks.check import CheckContext
from ..config import Attempt, RunnerConfig, Timeouts, parse_expected, parse_policy
from ..config_fields import Fields
from ..feedback import lesson_of_check
from ..finding import Finding
from ..notebook import parse_document, read_file, stored_counts
from ..outcome import RunStopped
from ..report.sarif import ReportedNotebook, sarif_log
from ..tags import tags_of
from ..text import one_line
from .bad_request import BadRequest
from .ipython_transform import ipython_transform

MAX_LINE = 200


def answer(request: Mapping[str, Any]) -> Dict[str, Any]:
    notebooks = request.get("notebooks")
    if not isinstance(notebooks, list) or not all(isinstance(each, dict) for each in notebooks):
        raise BadRequest("notebooks must be a list of objects")
    config = _config(request)
    wants_sarif = bool(request.get("sarif"))
    linted: List[Dict[str, Any]] = []
    reported: List[ReportedNotebook] = []
    for source in notebooks:
        name = str(source.get("name", ""))
        try:
            data = _bytes(source, name)
            told, findings = _lint(data, name, config)
        except FileNotFoundError:
            linted.append({"name": name, "problem": "Notebook %s is not there." % name})
        except RunStopped as stopped:
            linted.append({"name": name, "problem": stopped.message})
        else:
            linted.append(told)
            if wants_sarif:
                lines = stored_lines(data.decode("utf-8-sig"))
                reported.append(ReportedNotebook(name, [each.document() for each in findings], lines))
    return {"notebooks": linted, **({"sarif": sarif_log(reported)} if wants_sarif else {})}


def _lint(data: bytes, name: str, config: RunnerConfig) -> Tuple[Dict[str, Any], List[Finding]]:
    document = parse_document(data, name)
    language = language_of(document)
    is_python = language == "python"
    notebook = sources_of(document) if is_python else NotebookSource()
    types = tuple(cell["cell_type"] for cell in document["cells"])
    findings = check_notebook(CheckContext(config, notebook, cell_types=types, is_python=is_python))
    told = {
        "name": name,
        "cells": len(document["cells"]),
        "language": language,
        "findings": [_told(finding, notebook) for finding in findings],
        "unparsed": [_unparsed(cell) for cell in notebook.cells if cell.tree is None and cell.text.strip()],
    }
    return told, findings


def _told(finding: Finding, notebook: NotebookSource) -> Dict[str, Any]:
    lesson = lesson_of_check(finding.check, finding.evidence)
    return {
        **finding.document(),
        "source": _line(finding, notebook),
        "lesson": {
            name: text
            for name, text in (
                ("explanation", lesson.explanation),
                ("bestPractice", lesson.best_practice),
                ("example", lesson.example),
                ("suggestion", lesson.suggestion),
                ("documentation", lesson.documentation),
            )
            if text
        }
        if lesson is not None
        else {},
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
