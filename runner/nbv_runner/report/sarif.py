"""Findings as SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Mapping, Optional, Sequence
from urllib.parse import quote

from .. import __version__
from ..analysis.stored_lines import StoredLines
from ..feedback import Lesson, lesson_of_check
from ..finding import FAILURE, IGNORED, NOTE, WARNING

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
TOOL = "notebook-validator"
INFORMATION = "https://github.com/notebook-validator/notebook-validator-operator"
_LEVELS = {FAILURE: "error", WARNING: "warning", NOTE: "note", IGNORED: "none"}
_WORD = re.compile(r"[A-Za-z0-9]+")

Document = Dict[str, Any]


@dataclass(frozen=True)
class ReportedNotebook:
    path: str
    """Relative to the repository's root, or as the user named it."""
    findings: Sequence[Mapping[str, Any]]
    """As `Finding.document` gives them."""
    stored_lines: Optional[StoredLines] = None
    """Where the sources' lines stand in the file; without it, regions are left out."""


def sarif_log(notebooks: Iterable[ReportedNotebook]) -> Document:
    """One run with all notebooks. The same findings give the same bytes."""
    notebooks = list(notebooks)
    checks = sorted({str(finding["check"]) for notebook in notebooks for finding in notebook.findings}, key=_natural)
    index = {check: position for position, check in enumerate(checks)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": TOOL,
                        "version": __version__,
                        "informationUri": INFORMATION,
                        "rules": [_rule(check) for check in checks],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, notebook, index) for notebook in notebooks for each in notebook.findings],
            }
        ],
    }


def _natural(check: str) -> "tuple[str, int]":
    digits = check[1:]
    return check[:1], int(digits) if digits.isdigit() else 0


def _rule(check: str) -> Document:
    lesson = lesson_of_check(check)
    if lesson is None:
        return {"id": check, "shortDescription": {"text": "Check %s" % check}}
    return {
        "id": check,
        "name": "".join(word[:1].upper() + word[1:] for word in _WORD.findall(lesson.title)),
        "shortDescription": {"text": lesson.title},
        "fullDescription": {"text": lesson.explanation or lesson.title},
        "help": {
            "text": _help(lesson, "%s"),
            "markdown": _help(lesson, "```python\n%s\n```"),
        },
        "helpUri": lesson.documentation,
    }


def _help(lesson: Lesson, code: str) -> str:
    parts = [lesson.explanation, lesson.best_practice, code % lesson.example if lesson.example else None]
    return "\n\n".join(part for part in parts if part) or lesson.title


def _result(finding: Mapping[str, Any], notebook: ReportedNotebook, index: Mapping[str, int]) -> Document:
    check, cell = str(finding["check"]), finding.get("cell")
    evidence: Mapping[str, Any] = finding.get("evidence") or {}
    line = evidence.get("line")
    line = line if type(line) is int and line > 0 else None
    lesson = lesson_of_check(check, evidence)
    properties: Document = {"severity": finding["severity"]}
    if cell is not None:
        properties["cell"] = cell
    if line is not None:
        properties["lineInCell"] = line
    if lesson is not None and lesson.suggestion:
        properties["suggestion"] = lesson.suggestion
    return {
        "ruleId": check,
        "ruleIndex": index[check],
        "level": _LEVELS.get(str(finding["severity"]), "warning"),
        "message": {"text": str(finding["message"])},
        "locations": [_location(notebook, cell, line)],
        "properties": properties,
    }


def _location(notebook: ReportedNotebook, cell: Optional[int], line: Optional[int]) -> Document:
    artifact = {"uri": quote(notebook.path, safe="/~!$&'()*+,;=@"), "uriBaseId": "%SRCROOT%"}
    if notebook.path.startswith("/"):
        artifact = {"uri": "file://" + artifact["uri"]}
    physical: Document = {"artifactLocation": artifact}
    if notebook.stored_lines is not None and cell is not None:
        at = notebook.stored_lines.line(cell, line or 1)
        if at is not None:
            physical["region"] = {"startLine": at}
    location: Document = {"physicalLocation": physical}
    if cell is not None:
        name = "cell %d" % cell
        location["logicalLocations"] = [
            {
                "name": name,
                "fullyQualifiedName": "%s, %s"
                % (notebook.path, name if line is None else "%s, line %d" % (name, line)),
                "kind": "member",
            }
        ]
    return location
