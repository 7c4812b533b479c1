"""`junit.xml`: one test case per code cell, for CI systems."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any, Dict

from ..finding import ABOUT_ERROR
from ..text import one_line

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(value: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)


def junit(report: Dict[str, Any]) -> bytes:
    """From a (redacted) report document."""
    verdict = report["verdict"]
    name = _text(report.get("notebook", {}).get("path", "notebook"))
    cells = report["cells"]
    is_error = verdict["verdict"] == "Error"
    counts = {
        "tests": len(cells) + (1 if is_error else 0),
        "failures": sum(1 for cell in cells if cell["status"] == "Failure"),
        "errors": 1 if is_error else 0,
        "skipped": sum(1 for cell in cells if cell["status"] == "Skipped"),
    }
    attributes = {key: str(value) for key, value in counts.items()}
    attributes["time"] = "%.3f" % verdict["seconds"]
    root = ET.Element("testsuites", {"name": "notebook-validator", **attributes})
    suite = ET.SubElement(root, "testsuite", {"name": name, "timestamp": report["startedAt"][:19], **attributes})
    properties = [("verdict", verdict["verdict"])] + [("unchecked", text) for text in report.get("unchecked", ())]
    listed = ET.SubElement(suite, "properties")
    for key, value in properties:
        ET.SubElement(listed, "property", {"name": key, "value": _text(value)})
    for cell in cells:
        _case(suite, name, cell)
    if is_error:
        case = ET.SubElement(suite, "testcase", {"classname": name, "name": "run", "time": "0"})
        error = ET.SubElement(case, "error", {"type": verdict["reason"], "message": _text(verdict["message"])})
        error.text = _text(verdict["message"])
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _case(suite: ET.Element, notebook: str, cell: Dict[str, Any]) -> None:
    attributes = {"classname": notebook, "name": "cell %d" % cell["cell"], "time": "%.3f" % cell["seconds"]}
    case = ET.SubElement(suite, "testcase", attributes)
    said = ["%s %s: %s" % (f["check"], f["severity"], f["message"]) for f in cell["findings"]]
    if cell["status"] == "Failure":
        error = cell.get("error")
        first = next((f for f in cell["findings"] if f["severity"] == "failure"), None)
        message = first["message"] if first else "failed"
        if error and (first is None or first["check"] in ABOUT_ERROR):
            message = one_line("%s: %s" % (error["name"], error["message"]), 500)
        failure = ET.SubElement(
            case, "failure", {"type": _text(error["name"] if error else "check"), "message": _text(message)}
        )
        failure.text = _text("\n".join(said + ([error["traceback"]] if error else [])))
    elif cell["status"] == "Skipped":
        ET.SubElement(case, "skipped")
    if cell["output"] or said:
        ET.SubElement(case, "system-out").text = _text("\n".join(said + [cell["output"]]))
