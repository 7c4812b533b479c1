"""X3: the texts that the notebook must print."""

from __future__ import annotations

from typing import Iterable, Sequence

from ..cell_run import CellRun
from .check import CheckContext, Observation, RunCheck


def _missing_texts(_: Sequence[CellRun], context: CheckContext) -> Iterable[Observation]:
    for position, pattern in enumerate(context.config.expected.logs):
        if context.logs.was_seen(position):
            continue
        reservation = context.logs.reservation(position)
        message = "The notebook printed nothing that matches `%s`" % pattern
        if reservation is not None:
            message += ", as far as could be searched: %s" % reservation
        yield Observation(message + ".", {"pattern": pattern, "expected": "a match", "actual": reservation or "none"})


MISSING_TEXT = RunCheck("X3", _missing_texts)
