"""`report.html`: nothing on it can run, load or leave its place, whatever a notebook puts into its outputs."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any, Callable, List

import pytest

from harness import Attempt
from nbv_runner.report.page.budget import MAX_PAGE_CHARACTERS
from nbv_runner.report.page.page import POLICY
from nbv_runner.report.page.style import STYLE
from pages import ATTACKS, Json, a_cell, a_page, a_report, assert_harmless

Make = Callable[..., Attempt]


def test_hostile_outputs_of_every_kind_leave_the_page_harmless() -> None:
    bad = "".join(ATTACKS[:30])
    outputs: List[Json] = [
        {"output_type": "stream", "name": "stdout", "text": bad},
        {"output_type": "stream", "name": bad, "text": [bad, None]},
        {"output_type": "error", "ename": bad, "evalue": bad, "traceback": [bad]},
        {"output_type": "display_data", "data": {"text/html": bad}},
        {"output_type": "display_data", "data": {"text/markdown": bad}},
        {"output_type": "display_data", "data": {"application/javascript": bad}},
        {"output_type": "display_data", "data": {"image/png": '" onerror="alert(1)', "text/plain": "plain"}},
        {
            "output_type": "display_data",
            "data": {"image/png": base64.b64encode(bad.encode()).decode(), "text/plain": bad},
        },
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='alert(1)'/>"}},
        {"output_type": "display_data", "data": {bad: bad}},
        {"output_type": "display_data", "data": {"application/json": {bad: [bad]}}},
        {"output_type": "display_data", "data": "no bundle"},
        {"output_type": bad},
    ]
    findings = [
        {"check": "N1", "severity": "failure", "message": bad, "evidence": {"name": bad, "line": 1, "call": bad}}
    ]
    diffs = [{"cellIndex": 0, "diffType": bad, "severity": bad, "diff": "+%s\n-%s\n@@ %s" % (bad, bad, bad)}]
    diffs += [{"cellIndex": 7, "diffType": "missing_cell", "severity": "major", "expected": bad, "actual": bad}]
    cell = a_cell(
        0, status="Failure", findings=findings, tags=[bad], error={"name": bad, "message": bad, "traceback": bad}
    )
    environment = {"python": bad, "image": bad, "packages": {bad: bad}, "kernel": {"displayName": bad}}
    environment["changedByNotebook"] = [{"name": bad, "before": bad, "after": None}]
    report = a_report(
        [cell],
        findings=[{"check": bad, "severity": bad, "message": bad}],
        environment=environment,
        unchecked=[bad],
        notebook={"path": bad},
        commit=bad,
        level=bad,
        policy={bad: bad},
        attempt={"job": bad, "namespace": bad, "runId": bad, "number": 1},
        comparison={"result": "failed", "message": bad, "diffs": diffs},
    )
    page = a_page(report, [outputs])
    inspector = assert_harmless(page)
    assert [tag for tag, _ in inspector.tags].count("style") == 1
    assert "data:image/svg+xml;base64," in page, "an image runs nothing"
    identifiers = [attributes["id"] for _, attributes in inspector.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_the_policy_allows_nothing_but_the_pages_own_style_and_pictures_in_it() -> None:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert (
        "default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" % digest
    ) == POLICY
    page = a_page(a_report([a_cell(0)]), [[]])
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert "<style>%s</style>" % STYLE in page and 'style="' not in page


def test_a_page_of_many_large_outputs_stays_bounded_and_says_what_is_missing() -> None:
    image = "A" * 3_000_000
    outputs = [[{"output_type": "display_data", "data": {"image/png": image}}] for _ in range(12)]
    cells = [a_cell(index) for index in range(12)]
    cells[11]["status"] = "Failure"
    page = a_page(a_report(cells), outputs)
    assert len(page) < MAX_PAGE_CHARACTERS + 1_000_000
    assert "parts were left out" in page
    assert page.count("data:image/png") == 6 and "Picture from cell 11" in page, "a failing cell has a reserve"


def test_a_thousand_cells_and_findings_make_a_page() -> None:
    findings = [{"check": "Q1", "severity": "failure", "message": "`x` is NaN", "evidence": {"name": "x"}}]
    cells = [a_cell(index, findings=findings, memoryBytes=index * 1000, seconds=index / 1000) for index in range(1000)]
    page = a_page(a_report(cells), [[] for _ in cells])
    assert_harmless(page)
    assert page.count("<summary>Why, and what to do") == 1, "the same lesson is given once"
    assert page.count("Explained above") == 999
    assert "(the slowest 60 of 1000)" in page


def test_differences_stand_beside_their_cells() -> None:
    diffs = [
        {"cellIndex": 1, "cellType": "code", "diffType": "output_mismatch", "severity": "major", "diff": "-1.0\n+2.0"},
        {
            "cellIndex": 9,
            "cellType": "code",
            "diffType": "missing_cell",
            "severity": "critical",
            "expected": "golden()",
        },
    ]
    comparison = {"result": "failed", "strategy": "normalized", "totalCells": 3, "matchedCells": 1, "diffs": diffs}
    page = a_page(a_report([a_cell(0), a_cell(1)], comparison=comparison), [[], []])
    assert page.index('id="cell-1"') < page.index("<del>-1.0</del>\n<ins>+2.0</ins>") < page.index('id="environment"')
    assert page.index('id="golden"') < page.index("golden()") < page.index('id="cells"')
    assert "1 of 3 cells match" in page


def test_the_parameters_cell_has_no_number_and_the_others_keep_theirs(attempt: Make) -> None:
    result = attempt("limit = 3\nlimit", parameters={"limit": 5}).run()
    page = (result.artifacts / "report.html").read_text()
    assert "Injected parameters" in page
    number = '<i class="n">%d</i>'
    assert page.index(number % 5) < page.index('id="cell-0-title"') < page.index(number % 3)
    assert page.count("<article") == 2


def test_the_reports_name_no_file_that_nobody_can_open(attempt: Make) -> None:
    warns = "import traceback, warnings\nwarnings.warn('careful')\n"
    prints = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()"
    result = attempt(warns + prints).run()
    page, junit, report = (
        (result.artifacts / name).read_text() for name in ("report.html", "junit.xml", "report.json")
    )
    assert "&lt;cell&gt;:2: UserWarning: careful" in page and '"&lt;cell&gt;", line 4' in page
    assert "&lt;cell&gt;:2: UserWarning: careful" in junit
    assert not any(re.search(r"ipykernel_\d", text) for text in (page, junit, report))


@pytest.mark.parametrize("verdict, reason, is_told", [("PassedWithWarnings", "Passed", False), ("Failed", "E", True)])
def test_a_pass_needs_no_reason(verdict: str, reason: str, is_told: bool) -> None:
    report = a_report([a_cell(0)])
    report["verdict"].update(verdict=verdict, reason=reason)
    assert ("<dt>Reason</dt>" in a_page(report, [[]])) is is_told


def test_a_run_that_never_started_has_a_page_with_its_reason(attempt: Make) -> None:
    result = attempt("1", notebook={"kernel": "none-such"}).run()
    page = (result.artifacts / "report.html").read_text()
    assert_harmless(page)
    assert "Not judged" in page and "What this ending means" in page


def test_without_the_catalogue_findings_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise FileNotFoundError("feedback.json")

    monkeypatch.setattr("nbv_runner.report.page.findings.lesson_of_check", gone)
    monkeypatch.setattr("nbv_runner.report.page.findings.lesson_of_ending", gone)
    cell = a_cell(0, findings=[{"check": "N1", "severity": "failure", "message": "x is None"}])
    assert "x is None" in a_page(a_report([cell]), [[]])


def test_what_is_found_in_a_cell_after_it_ran_stands_at_that_cell() -> None:
    findings = [
        {"check": "L1", "severity": "failure", "cell": 0, "message": "bare except"},
        {"check": "L1", "severity": "failure", "cell": 1, "message": "never ran"},
        {"check": "X2", "severity": "failure", "cell": 99, "message": "there is no such cell"},
    ]
    cells = [a_cell(0, status="Failure"), a_cell(1, status="Skipped", ended="not run")]
    page = a_page(a_report(cells, findings=findings), [[], []])
    assert page.index('id="cell-0"') < page.index("bare except", page.index("<article")) < page.index('id="cell-1"')
    assert '<span class="status Failure">Failed</span>' in page
    assert '<span class="status Skipped">Skipped</span>' in page
    assert "Cell 99: there is no such cell" in page and "#cell-99" not in page
    assert "2 code cells" in page and "1 failed" in page


def test_the_list_of_checks_says_that_it_is_rules_and_names_each_check() -> None:
    page = a_page(a_report([a_cell(0)], level="staging", policy={"E1": "failure", "Z9": "note"}))
    assert "What a finding counts as under level staging: 2 checks" in page and "not what was found" in page
    assert '<b class="check">E1</b> A cell raised an error</span> <code>failure</code>' in page
    assert '<b class="check">Z9</b> </span> <code>note</code>' in page, "a check that the catalogue does not know"
