"""From cells and findings to one verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Set

from .cell_run import CellRun, Ended
from .checks.exits import is_clean_exit
from .finding import ABOUT_ERROR, FAILURE, WARNING, Finding
from .outcome import PASSED_WITH_WARNINGS, Outcome
from .text import one_line

MAX_FAILING_CELLS = 10
MAX_MESSAGE_BYTES = 500


STATIC_KINDS = frozenset("AL")
"""Checks that only read the notebook."""


_WORST = (FAILURE, WARNING)


def _status(cell: CellRun, worst: "Dict[str, Set[Optional[int]]]") -> str:
    status = cell.status
    if status in ("Skipped", "Failure"):
        return status
    if cell.index in worst[FAILURE]:
        return "Failure"
    return "Warning" if cell.index in worst[WARNING] else status


@dataclass
class Tally:
    """The whole run, as the verdict and the reports need it."""

    total_cells: int = 0
    cells: List[CellRun] = field(default_factory=list)
    """Every code cell, run or not."""
    findings: List[Finding] = field(default_factory=list)
    """About the notebook as a whole."""
    unchecked: Sequence[str] = ()
    """What the job's policy asks for and this runner could not check: one sentence each."""
    comparison: Optional[Dict[str, Any]] = None
    """With the golden notebook, in the shape of `status.comparisonResult`."""
    seconds: float = 0.0
    peak_memory_bytes: Optional[int] = None
    cpu_seconds: Optional[float] = None

    def all_findings(self) -> List[Finding]:
        return self.findings + [finding for cell in self.cells for finding in cell.findings]

    def statuses(self) -> List[str]:
        """Of the code cells, each no better than the worst that was found in it, also by checks of the whole run."""
        worst = {severity: {each.cell for each in self.findings if each.severity == severity} for severity in _WORST}
        return [_status(cell, worst) for cell in self.cells]


@dataclass(frozen=True)
class Judgement:
    outcome: Outcome
    message: str


def judge(tally: Tally) -> Judgement:
    """What stopped the run comes first, then the checks."""
    for cell in tally.cells:
        if cell.stops_the_run and not is_clean_exit(cell):
            return Judgement(_stopping_outcome(cell), "Cell %d: %s" % (cell.index, _what_stopped(cell)))
    failures = [finding for finding in tally.all_findings() if finding.severity == FAILURE]
    if failures:
        first = failures[0]
        where = "cell %d" % first.cell if first.cell is not None else "the notebook"
        message = "Check %s failed in %s: %s" % (first.check, where, first.message)
        if len(failures) > 1:
            message = "%s And %d more." % (message, len(failures) - 1)
        if tally.cells and all(cell.ended is Ended.NOT_RUN for cell in tally.cells):
            message = "%s No cell was run." % message
        return Judgement(_failed_outcome(failures), message)
    return Judgement(Outcome.PASSED, _passed_message(tally))


def _failed_outcome(failures: Sequence[Finding]) -> Outcome:
    """What was seen at run time says more than what differs from the golden notebook, and that more than the text."""
    kinds = {finding.check[0] for finding in failures}
    if kinds <= STATIC_KINDS or {finding.check for finding in failures} == {"X2"}:
        return Outcome.LINT_BLOCKED
    return Outcome.GOLDEN_MISMATCH if kinds <= STATIC_KINDS | {"G"} else Outcome.CHECK_FAILED


def _stopping_outcome(cell: CellRun) -> Outcome:
    if cell.ended is Ended.CELL_TIMEOUT:
        return Outcome.CELL_TIMEOUT
    if cell.ended is Ended.NOTEBOOK_TIMEOUT:
        return Outcome.NOTEBOOK_TIMEOUT
    return cell.death.outcome() if cell.death is not None else Outcome.CELL_RAISED


def _what_stopped(cell: CellRun) -> str:
    if cell.error is None:
        return "failed"
    message = one_line(cell.error.message, MAX_MESSAGE_BYTES)
    return message if cell.ended is not Ended.RAISED else "%s: %s" % (cell.error.name, message or "no message")


def _passed_message(tally: Tally) -> str:
    warnings = _count_warnings(tally)
    text = _what_ran(tally)
    text += "; %d warning%s." % (warnings, "" if warnings == 1 else "s") if warnings else "."
    return " ".join([text, *tally.unchecked])


def _what_ran(tally: Tally) -> str:
    """Without a full stop."""
    total = len(tally.cells)
    ran = sum(1 for cell in tally.cells if cell.ended is not Ended.NOT_RUN)
    if total == 0:
        return "The notebook has no code cells, so nothing ran"
    if total == 1:
        return "The only code cell ran" if ran else "The only code cell was skipped"
    return "%d of %d code cells ran" % (ran, total) if ran < total else "All %d code cells ran" % total


def _count_warnings(tally: Tally) -> int:
    return sum(1 for finding in tally.all_findings() if finding.severity == WARNING)


def verdict_word(judgement: Judgement, tally: Tally) -> str:
    word = judgement.outcome.value.verdict
    has_reservations = _count_warnings(tally) > 0 or len(tally.unchecked) > 0
    return PASSED_WITH_WARNINGS if judgement.outcome is Outcome.PASSED and has_reservations else word


@dataclass(frozen=True)
class ReportDigests:
    """`sha256:<hex>` of the files that were written."""

    report: Optional[str] = None
    bill_of_materials: Optional[str] = None
    packages: int = 0


def verdict_event(judgement: Judgement, tally: Tally, digests: Optional[ReportDigests] = None) -> Dict[str, Any]:
    ending = judgement.outcome.value
    statuses = tally.statuses()
    event: Dict[str, Any] = {
        "type": "verdict",
        "verdict": verdict_word(judgement, tally),
        "exitCode": ending.exit_code,
        "reason": ending.reason,
        "message": judgement.message,
        "counts": {
            "cells": tally.total_cells,
            "codeCells": len(tally.cells),
            "succeeded": statuses.count("Success") + statuses.count("Warning"),
            "failed": statuses.count("Failure"),
            "skipped": statuses.count("Skipped"),
            "warnings": _count_warnings(tally),
        },
        "failingCells": _failing_cells(tally.cells),
        "seconds": round(tally.seconds, 3),
    }
    if tally.peak_memory_bytes is not None:
        event["peakMemoryBytes"] = tally.peak_memory_bytes
    if tally.cpu_seconds is not None:
        event["cpuSeconds"] = round(tally.cpu_seconds, 3)
    if digests is not None and digests.report is not None:
        event["reportDigest"] = digests.report
    if digests is not None and digests.bill_of_materials is not None:
        event["environment"] = {"packages": digests.packages, "sbomDigest": digests.bill_of_materials}
    return event


def _failing_cells(cells: Sequence[CellRun]) -> List[Dict[str, Any]]:
    failing: List[Dict[str, Any]] = []
    for cell in [cell for cell in cells if cell.status == "Failure"][:MAX_FAILING_CELLS]:
        entry: Dict[str, Any] = {"cell": cell.index}
        error = cell.reported_error()
        if error:
            entry["errorName"] = error["name"]
        first = cell.first_finding
        if error and first is not None and first.check in ABOUT_ERROR:
            entry["message"] = one_line(error["message"], MAX_MESSAGE_BYTES) or "no message"
        else:
            entry["message"] = first.message if first is not None else "failed"
        failing.append(entry)
    return failing
