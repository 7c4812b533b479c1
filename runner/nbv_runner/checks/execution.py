"""E1 to E3: the cell raised, did not raise although it was expected to, or was stopped from outside."""

from __future__ import annotations

from typing import Iterable

from ..cell_run import CellRun, Ended
from ..finding import RAISED, STOPPED
from ..text import one_line
from .check import CellCheck, CheckContext, Observation

SYSTEM_EXIT = "SystemExit"


def _unexpected_exception(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    if run.raised_unexpectedly and run.error is not None and run.error.name != SYSTEM_EXIT:
        name = one_line(run.error.name, 200)
        yield Observation("The cell raised %s." % name, {"exception": run.error.name})


def _no_exception_raised(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    if run.ended is Ended.FINISHED and run.expects_exception:
        yield Observation("The cell is tagged raises-exception, but it raised none.")


_STOPS = {
    Ended.CELL_TIMEOUT: "The cell ran into its time limit.",
    Ended.NOTEBOOK_TIMEOUT: "The notebook ran into its time limit.",
    Ended.KERNEL_DIED: "The kernel died.",
}


def _stopped_from_outside(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    if run.ended in _STOPS:
        evidence = {"cause": run.ended.value}
        if run.death is not None:
            evidence["returnCode"] = str(run.death.return_code)
        yield Observation(_STOPS[run.ended], evidence)


UNEXPECTED_EXCEPTION = CellCheck(RAISED, _unexpected_exception, always_fails=True)
NO_EXCEPTION_RAISED = CellCheck("E2", _no_exception_raised)
STOPPED_FROM_OUTSIDE = CellCheck(STOPPED, _stopped_from_outside, always_fails=True)
