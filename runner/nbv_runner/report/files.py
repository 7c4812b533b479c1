"""Writes the report files from one run."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Callable, Dict, Optional

import nbformat

from ..redaction import STRUCTURE, Redactor
from ..text import clean
from ..verdict import Judgement, Tally
from .artifacts import Artifacts
from .document import RunFacts, report_document
from .html import html_report
from .junit import junit


def write_reports(
    artifacts: Artifacts,
    redactor: Redactor,
    facts: RunFacts,
    tally: Tally,
    judgement: Judgement,
    notebook: "Optional[nbformat.NotebookNode]",
    complain: Callable[[str], None],
) -> Optional[str]:
    """The digest of report.json, or None if it could not be written. A full disk never changes a verdict."""
    report = _clean_tree(redactor.tree(report_document(facts, tally, judgement), keep=STRUCTURE))
    executed = nbformat.from_dict(_clean_tree(redactor.data(notebook))) if notebook is not None else None
    data = (json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")
    renderings: Dict[str, Callable[[], bytes]] = {
        "report.html": lambda: html_report(report, executed),
        "junit.xml": lambda: junit(report),
    }
    if executed is not None:
        text = nbformat.v4.writes(executed)
        renderings["executed.ipynb"] = lambda: (text + "\n").encode("utf-8")
    for name, render in renderings.items():
        _write(artifacts, name, render, complain)
    return (
        "sha256:" + hashlib.sha256(data).hexdigest()
        if _write(artifacts, "report.json", lambda: data, complain)
        else None
    )


def _write(artifacts: Artifacts, name: str, render: Callable[[], bytes], complain: Callable[[str], None]) -> bool:
    try:
        artifacts.write(name, render())
        return True
    except Exception as error:  # A rendering may meet data that nobody thought of; the verdict stands without it.
        complain("%s could not be written: %s: %s" % (name, type(error).__name__, error))
        return False


def _clean_tree(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _clean_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean_tree(item) for item in value]
    return value
