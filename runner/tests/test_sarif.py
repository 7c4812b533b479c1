"""SARIF 2.1.0: its shape, its rules, and lines that can be found in the notebook's file."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

from harness import code, markdown, notebook
from nbv_runner.analysis.stored_lines import stored_lines
from nbv_runner.feedback import lesson_of_check
from nbv_runner.offline.lint import answer
from nbv_runner.report.sarif import ReportedNotebook, sarif_log

POLICY = {"A1": "failure", "L4": "note", "L6": "warning"}
CELLS = [markdown('# Title\n"cells": [1]'), code("import os\n\ndef f(a):\n    return undefined\n")]


def stored(document: Dict[str, Any], indent: Any = 1) -> str:
    """As Jupyter writes it: one string per line of a source."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in document["cells"]]
    return json.dumps({**document, "cells": cells}, indent=indent)


def log_of(text: str, name: str = "work/a b.ipynb") -> Dict[str, Any]:
    return answer({"notebooks": [{"name": name, "text": text}], "policy": POLICY, "sarif": True})["sarif"]


def results(log: Dict[str, Any]) -> List[Dict[str, Any]]:
    (run,) = log["runs"]
    return run["results"]


def require_structure(log: Dict[str, Any]) -> None:
    """What the schema of 2.1.0 demands of the parts that we write."""
    assert set(log) == {"$schema", "version", "runs"} and log["version"] == "2.1.0"
    for run in log["runs"]:
        assert set(run) == {"tool", "columnKind", "results"}
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        driver = run["tool"]["driver"]
        assert driver["name"] and driver["informationUri"].startswith("https://")
        identifiers = [rule["id"] for rule in driver["rules"]]
        assert len(set(identifiers)) == len(identifiers)
        for rule in driver["rules"]:
            assert set(rule) <= {"id", "name", "shortDescription", "fullDescription", "help", "helpUri"}
            assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
            assert rule["name"].isalnum() and rule["helpUri"].startswith("https://")
        for result in run["results"]:
            assert set(result) == {"ruleId", "ruleIndex", "level", "message", "locations", "properties"}
            assert identifiers[result["ruleIndex"]] == result["ruleId"]
            assert result["level"] in ("none", "note", "warning", "error") and result["message"]["text"]
            (location,) = result["locations"]
            assert set(location) <= {"physicalLocation", "logicalLocations"}
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"]
            assert physical.get("region", {"startLine": 1})["startLine"] >= 1
            for logical in location.get("logicalLocations", []):
                assert set(logical) == {"name", "fullyQualifiedName", "kind"}


def test_findings_become_results_with_rules_that_explain_them() -> None:
    log = log_of(stored(notebook(CELLS)))
    require_structure(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["A1", "L4", "L6"]
    assert {(each["ruleId"], each["level"]) for each in run["results"]} == {
        ("A1", "error"),
        ("L4", "note"),
        ("L6", "warning"),
    }
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "work/a%20b.ipynb",
        "uriBaseId": "%SRCROOT%",
    }


def test_a_rule_helps_in_whole_sentences_with_an_example() -> None:
    (run,) = log_of(stored(notebook(CELLS)))["runs"]
    rule, lesson = run["tool"]["driver"]["rules"][0], lesson_of_check("A1")
    assert lesson is not None and lesson.example is not None
    said = "%s\n\n%s\n\n" % (lesson.explanation, lesson.best_practice)
    assert rule["help"] == {
        "text": said + lesson.example,
        "markdown": "%s```python\n%s\n```" % (said, lesson.example),
    }


@pytest.mark.parametrize("indent", [1, 4, None])
def test_regions_lead_to_the_line_of_the_file(indent: Any) -> None:
    text = stored(notebook(CELLS), indent)
    found = {each["ruleId"]: each for each in results(log_of(text))}
    line = found["L6"]["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert "return undefined" in text.split("\n")[line - 1]
    assert found["L6"]["properties"]["lineInCell"] == 4 and found["L6"]["properties"]["cell"] == 1
    (logical,) = found["L6"]["locations"][0]["logicalLocations"]
    assert logical["fullyQualifiedName"] == "work/a b.ipynb, cell 1, line 4"
    assert "region" not in found["A1"]["locations"][0]["physicalLocation"]


def test_a_source_that_is_one_text_stands_on_one_line() -> None:
    text = json.dumps(notebook(CELLS), indent=1)
    lines = stored_lines(text)
    assert lines.line(1, 1) == lines.line(1, 4) == lines.line(1, 99)
    assert '"source": "import os' in text.split("\n")[(lines.line(1, 1) or 0) - 1]


def test_parts_of_lines_and_strange_layouts_keep_their_count() -> None:
    text = '{"metadata": {"cells": [{"source": "no"}]},\n"cells": [\n{"source": ["a ",\n"= 1\\n",\n"",\n"b\\nc\\n"], "x": [{}, "]"]},\n{"source": ""}, {"source": []}]}'
    lines = stored_lines(text)
    assert [lines.line(0, number) for number in (1, 2, 3, 4)] == [3, 6, 6, 6]
    assert (lines.line(1, 1), lines.line(2, 1), lines.line(3, 1), lines.line(0, 0)) == (7, None, None, None)


def test_an_unknown_check_and_an_absolute_path_are_still_sarif() -> None:
    log = sarif_log(
        [ReportedNotebook("/data/a.ipynb", [{"check": "Z9", "severity": "failure", "message": "m", "cell": 0}])]
    )
    (result,) = results(log)
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "file:///data/a.ipynb"}}
    assert log["runs"][0]["tool"]["driver"]["rules"] == [{"id": "Z9", "shortDescription": {"text": "Check Z9"}}]


def test_a_notebook_without_findings_is_a_run_without_results() -> None:
    log = sarif_log([ReportedNotebook("a.ipynb", [])])
    require_structure(log)
    assert results(log) == []
