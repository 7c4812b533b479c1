"""The check table. To add a check: a module with a `CellCheck`, `NotebookCheck` or `RunCheck`, and its row here."""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence

from ..analysis.remembered import forget_all
from ..cell_run import CellRun
from ..finding import IGNORED, Finding
from .assertions import ASSERTS_NOTHING, FUTILE_ASSERTION, UNCHECKED_STEP
from .cell_form import HARD_TO_FOLLOW
from .check import CellCheck, CheckContext, NotebookCheck, Observation, RunCheck
from .data_quality import ALL_NAN, EMPTY_DATA, INFINITE_NUMBERS, SCALAR_NAN, SOME_NAN
from .errors_as_none import ERROR_AS_NONE
from .execution import NO_EXCEPTION_RAISED, STOPPED_FROM_OUTSIDE, UNEXPECTED_EXCEPTION
from .exits import CLEAN_SYSTEM_EXIT, FAILING_COMMAND, FAILING_SYSTEM_EXIT, QUIT_CALLED
from .expected_files import MISSING_FILE
from .expected_logs import MISSING_TEXT
from .expected_outputs import EXPECTED_BUT_NOT_RUN, UNLIKE_EXPECTED, UNREACHABLE_OUTPUT
from .golden import GOLDEN_MISMATCH
from .policy import Check, severity_of
from .reproducibility import DEPENDS_ON_CIRCUMSTANCES
from .risky_io import RISKY_IO
from .silent_failures import (
    LIBRARY_CALL_GAVE_NONE,
    LOOKUP_FOUND_NOTHING,
    OWN_CALL_GAVE_NONE,
    SHOWN_VALUE_IS_NONE,
)
from .stderr import LOGGED_ERROR, LOGGED_WARNING, NUMERIC_WARNING, PYTHON_WARNING, RAW_STDERR, SOFT_WARNING
from .swallowed_errors import SWALLOWED_ERROR
from .switched_off import SWITCHED_OFF
from .type_hints import WITHOUT_TYPE_HINTS

CELL_CHECKS: Sequence[CellCheck] = (
    UNEXPECTED_EXCEPTION,
    NO_EXCEPTION_RAISED,
    STOPPED_FROM_OUTSIDE,
    FAILING_SYSTEM_EXIT,
    CLEAN_SYSTEM_EXIT,
    QUIT_CALLED,
    FAILING_COMMAND,
    OWN_CALL_GAVE_NONE,
    LIBRARY_CALL_GAVE_NONE,
    LOOKUP_FOUND_NOTHING,
    SHOWN_VALUE_IS_NONE,
    SCALAR_NAN,
    INFINITE_NUMBERS,
    ALL_NAN,
    SOME_NAN,
    EMPTY_DATA,
    NUMERIC_WARNING,
    SOFT_WARNING,
    PYTHON_WARNING,
    LOGGED_WARNING,
    LOGGED_ERROR,
    RAW_STDERR,
    UNLIKE_EXPECTED,
)

NOTEBOOK_CHECKS: Sequence[NotebookCheck] = (
    UNREACHABLE_OUTPUT,
    ASSERTS_NOTHING,
    UNCHECKED_STEP,
    FUTILE_ASSERTION,
    SWALLOWED_ERROR,
    ERROR_AS_NONE,
    RISKY_IO,
    WITHOUT_TYPE_HINTS,
    SWITCHED_OFF,
    DEPENDS_ON_CIRCUMSTANCES,
    HARD_TO_FOLLOW,
)

RUN_CHECKS: Sequence[RunCheck] = (EXPECTED_BUT_NOT_RUN, MISSING_FILE, MISSING_TEXT, GOLDEN_MISMATCH)

MAX_PER_CELL = 50
"""Findings of one check of sources or of the whole run in one cell: nobody reads more."""


def effective_policy(policy: Mapping[str, str]) -> Dict[str, str]:
    """The severity of every check that this version makes, and of no other; cell tags come on top."""
    checks: List[Check] = [*CELL_CHECKS, *NOTEBOOK_CHECKS, *RUN_CHECKS]
    return {check.id: severity_of(check, policy) for check in checks}


def counting_checks(policy: Mapping[str, str]) -> List[str]:
    """The checks whose findings count for something; the others are not made at all."""
    return [check for check, severity in effective_policy(policy).items() if severity != IGNORED]


def not_made(policy: Mapping[str, str]) -> List[str]:
    """One sentence about checks that count under the policy and that this runner (an older one) does not know."""
    known = effective_policy(policy)
    missing = [check for check, severity in policy.items() if severity != IGNORED and check not in known]
    plural = "s" if len(missing) > 1 else ""
    return ["This runner does not make check%s %s." % (plural, ", ".join(missing))] if missing else []


def check_cell(run: CellRun, context: CheckContext) -> List[Finding]:
    """What the checks find in one finished cell."""
    findings: List[Finding] = []
    for check in CELL_CHECKS:
        severity = severity_of(check, context.config.policy, run.tags)
        if severity != IGNORED:
            findings += [
                Finding(check.id, severity, observation.message, run.index, observation.evidence)
                for observation in check.observe(run, context)
            ]
    return findings


def check_notebook(context: CheckContext) -> List[Finding]:
    """What the sources say before anything runs."""
    tags = {cell.index: cell.tags for cell in context.notebook.cells}
    made = [check for check in NOTEBOOK_CHECKS if severity_of(check, context.config.policy) != IGNORED]
    try:
        return [finding for check in made for finding in _found(check, check.observe(context), context, tags)]
    finally:
        forget_all()


def check_run(cells: Sequence[CellRun], context: CheckContext) -> List[Finding]:
    """What the whole run says after its last cell."""
    tags = {cell.index: cell.tags for cell in cells}
    return [finding for check in RUN_CHECKS for finding in _found(check, check.observe(cells, context), context, tags)]


def blocking(findings: Iterable[Finding]) -> List[Finding]:
    """Failures of checks that end the run before its first cell."""
    ids = {check.id for check in NOTEBOOK_CHECKS if check.blocks}
    return [finding for finding in findings if finding.check in ids and finding.is_failure]


def _found(
    check: Check, observations: Iterable[Observation], context: CheckContext, tags: Mapping[int, FrozenSet[str]]
) -> Iterable[Finding]:
    told: Dict[Optional[int], int] = {}
    severities: Dict[Optional[int], str] = {}
    for observation in observations:
        cell = observation.cell
        if cell not in severities:
            of_cell = tags.get(cell, frozenset()) if cell is not None else frozenset()
            severities[cell] = severity_of(check, context.config.policy, of_cell)
        told[cell] = told.get(cell, 0) + 1
        if severities[cell] != IGNORED and told[cell] <= MAX_PER_CELL:
            yield Finding(check.id, severities[cell], observation.message, cell, observation.evidence)
    for cell, number in told.items():
        if severities[cell] != IGNORED and number > MAX_PER_CELL:
            more = "And %d more of the same kind." % (number - MAX_PER_CELL)
            yield Finding(check.id, severities[cell], more, cell)
