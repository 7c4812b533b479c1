"""`junit.xml`: a test case per code cell and per finding about the notebook as a whole, for CI systems.

The dialect of Jenkins and pytest, which readers agree on: see tests/junit.xsd.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from typing import Any, Container, Dict, Iterable, List, Mapping

from ..finding import ABOUT_ERROR, FAILURE
from ..text import head, one_line

MAX_OUTPUT_BYTES = 64 * 1024
SUBJECTS = ("function", "name", "path", "pattern", "file", "command", "call")
"""Of a finding's evidence: the one thing that tells it from others of its check, the best first."""
MAX_SUBJECT_BYTES = 120
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(value: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)


def junit(report: Mapping[str, Any]) -> bytes:
    """From a (redacted) report document."""
    verdict = report["verdict"]
    name = _text(report.get("notebook", {}).get("path", "notebook"))
    cases = [_cell_case(name, cell) for cell in report["cells"]]
    cases += _finding_cases(name, report["findings"])
    cases += _run_case(name, verdict, cases)
    attributes = {
        "tests": str(len(cases)),
        "failures": str(_count(cases, "failure")),
        "errors": str(_count(cases, "error")),
        "time": "%.3f" % verdict["seconds"],
    }
    root = ET.Element("testsuites", {"name": "notebook-validator", **attributes})
    suite = ET.SubElement(
        root,
        "testsuite",
        {
            "name": name,
            **attributes,
            "skipped": str(_count(cases, "skipped")),
            "timestamp": report["startedAt"][:19],
            "hostname": "notebook",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(report):
        ET.SubElement(properties, "property", {"name": key, "value": _text(value)})
    suite.extend(cases)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _properties(report: Mapping[str, Any]) -> "List[tuple[str, str]]":
    listed = [("verdict", report["verdict"]["verdict"]), ("reason", report["verdict"]["reason"])]
    listed += [(key, report[key]) for key in ("commit", "level") if key in report]
    return listed + [("unchecked", text) for text in report.get("unchecked", ())]


def _count(cases: List[ET.Element], kind: str) -> int:
    return sum(1 for case in cases if case.find(kind) is not None)


def _case(notebook: str, name: str, seconds: float = 0.0) -> ET.Element:
    return ET.Element("testcase", {"classname": notebook, "name": name, "time": "%.3f" % seconds})


def _cell_case(notebook: str, cell: Dict[str, Any]) -> ET.Element:
    case = _case(notebook, "cell %d" % cell["cell"], cell["seconds"])
    said = [_said(finding) for finding in cell["findings"]]
    # What checks of the whole run hold against it is a case of its own.
    first = next((finding for finding in cell["findings"] if finding["severity"] == FAILURE), None)
    if first is not None:
        error = cell.get("error")
        message = first["message"]
        if error and first["check"] in ABOUT_ERROR:
            message = "%s: %s" % (error["name"], error["message"])
        kind = error["name"] if error else first["check"]
        _fail(case, "failure", kind, message, said + ([error["traceback"]] if error else []))
    elif cell["status"] == "Skipped":
        ET.SubElement(case, "skipped")
    printed = [*said, cell["output"]] if first is None else [cell["output"]]
    if any(printed):
        ET.SubElement(case, "system-out").text = _text(head("\n".join(filter(None, printed)), MAX_OUTPUT_BYTES))
    return case


def _finding_cases(notebook: str, findings: Iterable[Mapping[str, Any]]) -> List[ET.Element]:
    """Of the notebook's text, of its files or of the whole run."""
    cases: "Dict[str, ET.Element]" = {}
    for finding in findings:
        name = _unique(_finding_name(finding), cases)
        cases[name] = case = _case(notebook, _text(name))
        if finding["severity"] == FAILURE:
            _fail(case, "failure", finding["check"], finding["message"], [_said(finding)])
        else:
            ET.SubElement(case, "system-out").text = _text(_said(finding))
    return list(cases.values())


def _finding_name(finding: Mapping[str, Any]) -> str:
    """The same in every run that finds it, whatever else is found: CI systems follow a case by its name."""
    evidence: Mapping[str, Any] = finding.get("evidence") or {}
    where = " in cell %d" % finding["cell"] if finding.get("cell") is not None else ""
    subject = next((evidence[key] for key in SUBJECTS if evidence.get(key)), None)
    return "%s%s%s" % (finding["check"], where, ": %s" % one_line(str(subject), MAX_SUBJECT_BYTES) if subject else "")


def _unique(name: str, taken: Container[str]) -> str:
    names = (name if number == 1 else "%s (%d)" % (name, number) for number in itertools.count(1))
    return next(each for each in names if each not in taken)


def _run_case(notebook: str, verdict: Mapping[str, Any], cases: List[ET.Element]) -> List[ET.Element]:
    """What went wrong with the run itself: a verdict that no other case explains must not look like success."""
    is_error = verdict["verdict"] == "Error"
    if not is_error and (verdict["exitCode"] == 0 or _count(cases, "failure")):
        return []
    case = _case(notebook, "run")
    _fail(case, "error" if is_error else "failure", verdict["reason"], verdict["message"], [verdict["message"]])
    return [case]


def _fail(case: ET.Element, tag: str, kind: str, message: str, details: List[str]) -> None:
    element = ET.SubElement(case, tag, {"type": _text(kind) or "error", "message": _text(one_line(message, 500))})
    element.text = _text("\n".join(details))


def _said(finding: Mapping[str, Any]) -> str:
    return "%s %s: %s" % (finding["check"], finding["severity"], finding["message"])
