"""E4 to E7: the notebook stops itself, or a command of it fails in silence."""

from __future__ import annotations

from typing import Iterable

from ..cell_run import CellRun
from ..text import one_line
from .check import CellCheck, CheckContext, Observation
from .execution import SYSTEM_EXIT

CLEAN_EXIT_CODES = ("", "0", "None", "False")
"""`str(SystemExit(code))` of the codes that mean success."""


def _is_exit(run: CellRun) -> bool:
    return run.raised_unexpectedly and run.error is not None and run.error.name == SYSTEM_EXIT


def is_clean_exit(run: CellRun) -> bool:
    return _is_exit(run) and run.error is not None and run.error.message.strip() in CLEAN_EXIT_CODES


def _failing_system_exit(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    if _is_exit(run) and not is_clean_exit(run) and run.error is not None:
        code = one_line(run.error.message, 200)
        yield Observation("The cell ended the notebook by sys.exit(%s)." % code, {"code": code})


def _clean_system_exit(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    if is_clean_exit(run) and not run.is_last:
        yield Observation("The cell ended the notebook by sys.exit(0); the cells after it did not run.", {"code": "0"})


def _quit_called(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    if run.asked_exit:
        yield Observation("The cell calls quit() or exit(), which stops nothing here: the cells after it run as well.")


def _failing_command(run: CellRun, _: CheckContext) -> Iterable[Observation]:
    for command, code in run.facts.failed_commands:
        shown = one_line(command, 120)
        yield Observation(
            "The command `%s` failed with exit code %d." % (shown, code), {"command": shown, "exitCode": code}
        )


FAILING_SYSTEM_EXIT = CellCheck("E4", _failing_system_exit, always_fails=True)
CLEAN_SYSTEM_EXIT = CellCheck("E5", _clean_system_exit)
QUIT_CALLED = CellCheck("E6", _quit_called)
FAILING_COMMAND = CellCheck("E7", _failing_command)
