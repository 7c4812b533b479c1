"""`junit.xml` as CI systems read it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import xmlschema

from harness import Attempt, code
from nbv_runner.report.junit import junit

Make = Callable[..., Attempt]
SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "junit.xsd"))


def a_report(verdict: str = "Failed", cells: "List[Dict[str, Any]] | None" = None, **more: Any) -> Dict[str, Any]:
    said = {
        "verdict": verdict,
        "exitCode": 0 if verdict.startswith("Passed") else 11,
        "reason": "ChecksFailed",
        "message": "m",
        "seconds": 1.0,
    }
    return {"verdict": said, "startedAt": "2026-01-01T00:00:00.000Z", "findings": [], "cells": cells or [], **more}


def a_cell(index: int, status: str, **more: Any) -> Dict[str, Any]:
    return {"cell": index, "status": status, "seconds": 0.5, "output": "", "findings": [], **more}


def suite_of(report: Dict[str, Any]) -> ET.Element:
    text = junit(report).decode()
    SCHEMA.validate(text)
    suite = ET.fromstring(text)[0]
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
    for kind in ("failure", "error", "skipped"):
        name = {"failure": "failures", "error": "errors"}.get(kind, kind)
        assert int(suite.attrib[name]) == len(suite.findall("testcase/" + kind))
    return suite


def test_a_real_run_is_accepted_by_the_schema(attempt: Make) -> None:
    result = attempt(
        "print('\\x00\\x1b[31m]]> <&')\n!exit 3",
        code("never()", "skip-execution"),
        "raise ValueError('\\x01 <b>')",
        "not_reached()",
        policy={"A1": "failure", "E7": "failure"},
    ).run()
    SCHEMA.validate((result.artifacts / "junit.xml").read_text())
    suite = ET.parse(result.artifacts / "junit.xml").getroot()[0]
    cases = {case.attrib["name"]: case for case in suite.findall("testcase")}
    assert cases["cell 0"].find("failure").attrib["type"] == "E7"  # type: ignore[union-attr]
    assert cases["cell 2"].find("failure").attrib["type"] == "ValueError"  # type: ignore[union-attr]
    assert cases["cell 1"].find("skipped") is not None and cases["cell 3"].find("skipped") is not None
    assert any(name == "A1" and case.find("failure") is not None for name, case in cases.items())


def test_findings_about_the_whole_run_are_cases_of_their_own() -> None:
    findings = [
        {"check": "X3", "severity": "failure", "message": "out.csv is missing"},
        {"check": "L4", "severity": "warning", "cell": 3, "message": "no hints", "evidence": {"function": "load"}},
        {"check": "L4", "severity": "warning", "cell": 3, "message": "nor here", "evidence": {"function": "fit\n"}},
        {"check": "L4", "severity": "warning", "cell": 3, "message": "nor here", "evidence": {"function": "load"}},
        {"check": "A2", "severity": "note", "cell": 3, "message": "m", "evidence": {"line": 4, "name": None}},
    ]
    suite = suite_of(a_report(cells=[a_cell(3, "Success")], findings=findings))
    failures = suite.findall("testcase/failure")
    assert [failure.attrib["message"] for failure in failures] == ["out.csv is missing"]
    assert [case.attrib["name"] for case in suite.findall("testcase")] == [
        *("cell 3", "X3", "L4 in cell 3: load", "L4 in cell 3: fit", "L4 in cell 3: load (2)", "A2 in cell 3"),
    ]


def test_a_finding_keeps_its_name_when_others_go() -> None:
    findings = [
        {"check": "L4", "severity": "failure", "cell": 1, "message": "m", "evidence": {"function": name}}
        for name in ("load", "fit")
    ]
    names = [
        [case.attrib["name"] for case in suite_of(a_report(findings=found)).findall("testcase")]
        for found in (findings, findings[1:])
    ]
    assert names == [["L4 in cell 1: load", "L4 in cell 1: fit"], ["L4 in cell 1: fit"]]


def test_a_failing_cell_says_each_thing_once() -> None:
    findings = [
        {"check": "S5", "severity": "failure", "message": "it logged an error"},
        {"check": "S3", "severity": "warning", "message": "it warned"},
    ]
    text = junit(a_report(cells=[a_cell(0, "Failure", findings=findings, output="printed")])).decode()
    assert text.count("S5 failure: it logged an error") == text.count("it warned") == text.count("printed") == 1


@pytest.mark.parametrize("verdict, tag", [("Error", "error"), ("Failed", "failure")])
def test_a_verdict_that_no_cell_explains_is_still_no_success(verdict: str, tag: str) -> None:
    suite = suite_of(a_report(verdict, [a_cell(0, "Success")]))
    assert suite.find("testcase[@name='run']/" + tag) is not None


@pytest.mark.parametrize("verdict", ["Passed", "PassedWithWarnings"])
def test_a_pass_has_no_failure(verdict: str) -> None:
    suite = suite_of(
        a_report(verdict, [a_cell(0, "Warning", findings=[{"check": "S5", "severity": "warning", "message": "m"}])])
    )
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("0", "0")


def test_texts_that_xml_can_not_hold_are_replaced() -> None:
    bad = "\x00\x08\ufffe \ud83d ]]> <&\"'"
    error = {"name": "", "message": bad, "traceback": bad}
    suite_of(a_report(cells=[a_cell(0, "Failure", output=bad, error=error)], notebook={"path": "a\nb " + bad}))
