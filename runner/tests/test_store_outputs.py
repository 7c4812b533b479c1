"""`storeOutputs: false` keeps what cells print and show out of events and verdict; the report files have it."""

from __future__ import annotations

from typing import Callable

from harness import Attempt

Make = Callable[..., Attempt]
MARK = "quokka"


def test_outputs_stay_in_the_files(attempt: Make) -> None:
    result = attempt(
        "import sys, warnings, logging",
        "print('%s-out')" % MARK,
        "print('%s-err', file=sys.stderr)" % MARK,
        "warnings.warn('%s-warning')" % MARK,
        "logging.getLogger().error('%s-log')" % MARK,
        "'%s-shown'" % MARK,
        storeOutputs=False,
        policy={"S3": "warning", "S5": "warning", "S6": "warning", "X1": "failure", "X3": "failure", "A1": "note"},
        expectedOutputs=[{"cell": 5, "equals": "something else"}],
        expectedLogs=[{"pattern": "never printed"}],
    ).run()
    assert result.exit_code == 11, result.stderr
    said = (result.stdout + result.termination).decode()
    # The sources are in nobody's events, so the mark can only come from outputs.
    leaks = [event for event in result.events if MARK in str(event)]
    assert leaks == [] and MARK not in said
    assert MARK + "-out" in (result.artifacts / "report.html").read_text()
