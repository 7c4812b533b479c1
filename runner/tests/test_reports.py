"""The report files: complete, valid, and safe to open."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from typing import Callable

import jsonschema
import nbformat

from harness import RUNNER, Attempt, Result, code, markdown
from nbv_runner.report.executed import executed_notebook

Make = Callable[..., Attempt]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def a_run(attempt: Make) -> Result:
    return attempt(
        markdown("# <script>alert(1)</script>"),
        "print('<script>alert(2)</script>\\x1b[31mred\\x00\\x08')",
        "!exit 5",
        "from IPython.display import display\ndisplay({'image/png': %r, 'text/html': '<script>alert(3)</script>'}, raw=True)"
        % PIXEL,
        code("skipped()", "skip-execution"),
        "raise ValueError('<b>bad</b> & worse')",
        "never()",
    ).run()


def test_the_reports_of_one_run(attempt: Make) -> None:
    result = a_run(attempt)
    assert sorted(path.name for path in result.artifacts.iterdir()) == [
        "environment.cdx.json",
        "executed.ipynb",
        "junit.xml",
        "report.html",
        "report.json",
        "report.sarif",
    ]

    report = result.report
    assert report["version"] == "nbv.report.v1"
    assert report["attempt"] == {"job": "sales", "namespace": "team-a", "runId": "r1", "number": 1}
    assert report["commit"].startswith("0123456789")
    assert report["environment"]["packages"]["ipykernel"]
    assert report["environment"]["python"] and report["environment"]["kernel"]["name"] == "python3"
    assert [cell["status"] for cell in report["cells"]] == [
        "Success",
        "Warning",
        "Success",
        "Skipped",
        "Failure",
        "Skipped",
    ]
    assert report["verdict"]["verdict"] == "Failed" and "reportDigest" not in report["verdict"]
    digest = hashlib.sha256((result.artifacts / "report.json").read_bytes()).hexdigest()
    assert result.verdict["reportDigest"] == "sha256:" + digest

    nbformat.validate(nbformat.reads((result.artifacts / "executed.ipynb").read_text(), as_version=4))
    assert result.executed["cells"][3]["outputs"][0]["data"]["image/png"].strip() == PIXEL
    assert result.executed["cells"][5]["outputs"][0]["ename"] == "ValueError"

    suite = ET.parse(result.artifacts / "junit.xml").getroot()[0]
    assert suite.attrib["tests"] == "6" and suite.attrib["failures"] == "1" and suite.attrib["skipped"] == "2"
    failure = suite.find("testcase/failure")
    assert failure is not None and "ValueError" in (failure.text or "")

    page = (result.artifacts / "report.html").read_text()
    assert "<script" not in page.replace("&lt;script", "")
    assert "Content-Security-Policy" in page and "data:image/png;base64," + PIXEL in page
    assert "&lt;b&gt;bad&lt;/b&gt; &amp; worse" in page
    assert "exit code 5" in page


UNCHECKED = "This runner does not make checks Z8, Z9."
NEWER = {"Z7": "ignored", "Z8": "note", "Z9": "failure"}
"""Checks of a newer operator."""


def test_what_the_policy_asks_for_and_this_runner_does_not_know_is_a_reservation_everywhere(attempt: Make) -> None:
    result = attempt("1", "2", policy={**NEWER, "A1": "ignored", "E5": "failure"}).run()
    assert result.exit_code == 0
    assert result.verdict["verdict"] == "PassedWithWarnings"
    assert result.verdict["message"] == "All 2 code cells ran. " + UNCHECKED
    assert result.report["verdict"]["verdict"] == "PassedWithWarnings"
    assert result.report["unchecked"] == [UNCHECKED]
    assert UNCHECKED in (result.artifacts / "report.html").read_text()
    suite = ET.parse(result.artifacts / "junit.xml").getroot()[0]
    listed = [(one.attrib["name"], one.attrib["value"]) for one in suite.findall("properties/property")]
    assert listed[0] == ("verdict", "PassedWithWarnings") and listed[-1] == ("unchecked", UNCHECKED)


def test_the_reported_policy_is_that_of_the_checks_made(attempt: Make) -> None:
    policy = attempt("1", policy={"E1": "note", "E5": "failure", "Z9": "failure"}).run().report["policy"]
    assert policy["E5"] == "failure" and "Z9" not in policy
    assert policy["E1"] == "failure", "an error fails whatever the policy says"


def test_a_failed_run_lists_what_was_not_checked(attempt: Make) -> None:
    result = attempt("1/0", policy=NEWER).run()
    assert result.verdict["verdict"] == "Failed" and result.report["unchecked"] == [UNCHECKED]


def test_a_run_that_ended_early_still_leaves_reports(attempt: Make) -> None:
    result = attempt("1", notebook={"kernel": "none-such"}).run()
    assert result.report["verdict"]["reason"] == "KernelMissing"
    assert ET.parse(result.artifacts / "junit.xml").getroot().attrib["errors"] == "1"
    assert "KernelMissing" in (result.artifacts / "report.html").read_text()


def test_an_unwritable_folder_changes_no_verdict(attempt: Make) -> None:
    one = attempt("import os, shutil\nshutil.rmtree(os.environ['ARTIFACTS'])", policy={"A1": "ignored"})
    one.env["ARTIFACTS"] = str(one.artifacts)
    result = one.run()
    assert result.exit_code == 0 and result.verdict["verdict"] == "Passed"
    assert "reportDigest" not in result.verdict
    assert "could not be written" in result.stderr


def test_the_executed_notebook_is_written_as_nbformat_writes_it() -> None:
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3"}, "signature": "x"},
        "cells": [
            {
                "cell_type": "markdown",
                "id": "m",
                "metadata": {"trusted": True},
                "source": "# a\nb",
                "attachments": {"p": {"image/png": "QQ=="}},
            },
            {
                "cell_type": "code",
                "id": "c",
                "metadata": {},
                "execution_count": 1,
                "source": "1\n\n",
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": "a\nb é \u2028"},
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {
                            "image/png": "QQ==\n",
                            "text/plain": "a\nb",
                            "application/json": {"a": ["b\nc"]},
                            "image/svg+xml": "<svg>\n</svg>",
                        },
                    },
                    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a\nb"]},
                ],
            },
            {"cell_type": "raw", "id": "r", "metadata": {}, "source": ""},
        ],
    }
    for cells in (document["cells"], []):
        one = nbformat.from_dict({**document, "cells": cells})
        assert b"".join(executed_notebook(one)).decode() == nbformat.v4.writes(one) + "\n"


def test_findings_of_the_run_are_located_in_the_notebooks_file(attempt: Make) -> None:
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [code("1"), code("2\n!exit 3\n")]}
    text = json.dumps(document, indent=1)
    result = attempt(document=text, policy={"A1": "warning", "E7": "failure"}).run()
    (run,) = json.loads((result.artifacts / "report.sarif").read_text())["runs"]
    located = {one["ruleId"]: one for one in run["results"]}
    assert located["E7"]["level"] == "error" and located["A1"]["level"] == "warning"
    place = located["E7"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "work/analysis.ipynb"
    line = place["region"]["startLine"]
    assert text.split("\n")[line - 1].strip().startswith('"source": "2')


def test_a_report_agrees_with_the_schema_in_the_documentation(attempt: Make) -> None:
    schema = json.loads((RUNNER.parent / "docs" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for result in (a_run(attempt), attempt("1", notebook={"kernel": "none-such"}).run()):
        jsonschema.validate(result.report, schema)
