"""The check table. To add a check: a module with a `CellCheck`, and its row here."""

from __future__ import annotations

from typing import Dict, List, Mapping, Sequence

from ..cell_run import CellRun
from ..finding import FAILURE, IGNORED, Finding
from .cell_check import CellCheck
from .execution import NO_EXCEPTION_RAISED, STOPPED_FROM_OUTSIDE, UNEXPECTED_EXCEPTION
from .exits import CLEAN_SYSTEM_EXIT, FAILING_COMMAND, FAILING_SYSTEM_EXIT, QUIT_CALLED

CELL_CHECKS: Sequence[CellCheck] = (
    UNEXPECTED_EXCEPTION,
    NO_EXCEPTION_RAISED,
    STOPPED_FROM_OUTSIDE,
    FAILING_SYSTEM_EXIT,
    CLEAN_SYSTEM_EXIT,
    QUIT_CALLED,
    FAILING_COMMAND,
)


def severity_of(check: CellCheck, policy: Mapping[str, str]) -> str:
    """A real execution error fails at every level, whatever the policy says."""
    return FAILURE if check.always_fails else policy.get(check.id, check.default_severity)


def effective_policy(policy: Mapping[str, str]) -> Dict[str, str]:
    """The severity of every check that this version makes, and of no other."""
    return {check.id: severity_of(check, policy) for check in CELL_CHECKS}


def check_cell(run: CellRun, policy: Mapping[str, str]) -> List[Finding]:
    findings: List[Finding] = []
    for check in CELL_CHECKS:
        severity = severity_of(check, policy)
        if severity != IGNORED:
            findings += [
                Finding(check.id, severity, observation.message, run.index, observation.evidence)
                for observation in check.observe(run)
            ]
    return findings
