"""Writes the report files from one run, a piece at a time: the largest piece is a cell."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional

import nbformat

from ..analysis.stored_lines import stored_lines
from ..installed import installed_distributions
from ..redaction import STRUCTURE, Redactor
from ..text import clean
from ..verdict import Judgement, ReportDigests, Tally
from .artifacts import Artifacts
from .document import RunFacts, report_document
from .executed import executed_notebook
from .junit import junit
from .page.page import html_report
from .sarif import ReportedNotebook, sarif_log

BILL_OF_MATERIALS = "environment.cdx.json"
_LOST = "[the outputs of this cell could not be written: %s]\n"


def write_reports(
    artifacts: Artifacts,
    redactor: Redactor,
    facts: RunFacts,
    tally: Tally,
    judgement: Judgement,
    notebook: "Optional[nbformat.NotebookNode]",
    complain: Callable[[str], None],
) -> ReportDigests:
    """The digests of what could be written. A full disk never changes a verdict."""
    installed = installed_distributions(facts.kernel_environment.search_path)
    report = _clean_tree(redactor.tree(report_document(facts, tally, judgement, installed), keep=STRUCTURE))
    executed = _release_and_redact(tally, notebook, redactor)
    write = _Writer(artifacts, complain)
    materials: Optional[Dict[str, Any]] = report["environment"].get("billOfMaterials")
    listed = write(BILL_OF_MATERIALS, lambda: [_json(materials)]) if materials is not None else None
    if executed is not None:
        write("executed.ipynb", lambda: executed_notebook(executed))
    write("report.html", lambda: html_report(report, executed))
    write("junit.xml", lambda: [junit(report)])
    write("report.sarif", lambda: [_json(_sarif(report, facts.notebook_text))])
    return ReportDigests(write("report.json", lambda: [_json(report)]), listed, len(installed))


class _Writer:
    def __init__(self, artifacts: Artifacts, complain: Callable[[str], None]) -> None:
        self._artifacts = artifacts
        self._complain = complain

    def __call__(self, name: str, render: Callable[[], Iterable[bytes]]) -> Optional[str]:
        """The digest, or None when the file could not be written."""
        digest = hashlib.sha256()

        def pieces() -> Iterable[bytes]:
            for piece in render():
                digest.update(piece)
                yield piece

        try:
            self._artifacts.write(name, pieces())
        except Exception as error:  # A rendering may meet data that nobody thought of; the verdict stands without it.
            self._complain("%s could not be written: %s: %s" % (name, type(error).__name__, error))
            return None
        return "sha256:" + digest.hexdigest()


def _sarif(report: Mapping[str, Any], notebook_text: Optional[str]) -> Dict[str, Any]:
    """Also without findings: readers then know that those of an earlier run are gone."""
    findings = [*report["findings"], *(finding for cell in report["cells"] for finding in cell["findings"])]
    lines = stored_lines(notebook_text) if notebook_text is not None and findings else None
    path = report.get("notebook", {}).get("path", "notebook")
    return sarif_log([ReportedNotebook(path, findings, lines)])


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _release_and_redact(
    tally: Tally, notebook: "Optional[nbformat.NotebookNode]", redactor: Redactor
) -> Optional[Dict[str, Any]]:
    """The notebook without secrets. Each cell takes the place of its original: both would need twice the memory."""
    for run in tally.cells:
        run.outputs.clear(wait=False)
    if notebook is None:
        return None
    cells: List[Any] = notebook["cells"]
    for index, cell in enumerate(cells):
        try:
            cells[index] = _clean_tree(redactor.data(cell))
        except RecursionError as error:  # A kernel may send JSON of any depth.
            bare = {**cell, "outputs": []}
            cells[index] = _clean_tree(redactor.data(bare))
            cells[index]["outputs"] = [{"output_type": "stream", "name": "stderr", "text": _LOST % error}]
    frame = {name: value for name, value in notebook.items() if name != "cells"}
    return {**_clean_tree(redactor.data(frame)), "cells": cells}


def _clean_tree(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _clean_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean_tree(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON knows no such number.
    return value
