"""Static checks in a real run: they speak before the first cell, and their failures wait for the last."""

from __future__ import annotations

from typing import Callable

from harness import Attempt, code

POLICY = {"A1": "warning", "A3": "failure", "L1": "failure", "L4": "note", "L6": "warning"}


def test_failures_of_sources_do_not_keep_the_cells_from_running(attempt: Callable[..., Attempt]) -> None:
    result = attempt("%%time\ntry:\n    x = 1\nexcept:\n    pass", "print(x)\nassert True", policy=POLICY).run()
    kinds = [event["type"] for event in result.events]
    assert kinds == ["start", "lint", "cell-start", "cell-end", "cell-start", "cell-end", "verdict"]
    found = [(each["check"], each["severity"], each.get("cell")) for each in result.of_type("lint")[0]["findings"]]
    assert found == [("A3", "failure", 1), ("L1", "failure", 0), ("A1", "warning", None)]
    assert result.of_type("lint")[0]["findings"][1]["evidence"]["line"] == 4
    assert result.cell(1)["output"] == "1\n"
    assert (result.exit_code, result.verdict["verdict"]) == (13, "Failed")
    # A cell that ran is no better than what was found in its text.
    assert [cell["status"] for cell in result.report["cells"]] == ["Failure", "Failure"]
    assert result.verdict["counts"]["failed"] == 2


def test_a_failure_while_running_counts_more(attempt: Callable[..., Attempt]) -> None:
    result = attempt("assert True", "1 / 0", policy=POLICY).run()
    assert (result.exit_code, result.verdict["reason"]) == (10, "NotebookError")


def test_stored_counts_and_parameters_are_known_though_the_run_clears_them(attempt: Callable[..., Attempt]) -> None:
    cells = [code("print(region)", execution_count=9), code("assert region", execution_count=2)]
    result = attempt(*cells, policy=POLICY, parameters={"region": "eu"}).run()
    (finding,) = result.of_type("lint")[0]["findings"]
    assert (finding["check"], finding["cell"], finding["evidence"]["category"]) == ("L6", 1, "count")


def test_a_good_notebook_hears_nothing(attempt: Callable[..., Attempt]) -> None:
    result = attempt("files = !ls\ntotal: int = len(files)", "assert total > 0", policy=POLICY).run()
    assert not result.of_type("lint")
    assert (result.exit_code, result.verdict["verdict"]) == (0, "Passed")


def test_a_notebook_of_many_findings_tells_them_all(attempt: Callable[..., Attempt]) -> None:
    cells = ["\n".join("def f%d(a): pass" % number for number in range(40))] * 10
    result = attempt(*cells, "assert f1", policy=POLICY).run()
    findings = [each for event in result.of_type("lint") for each in event["findings"] if each["check"] == "L4"]
    assert len(findings) == 400
    assert result.seqs == list(range(1, len(result.seqs) + 1)), "nothing was dropped"
