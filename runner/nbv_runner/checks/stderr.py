"""S2 to S6 and Q6: what the cell says on stderr. S1 (progress, banners, information) is nothing to report."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, Union

from ..cell_run import CellRun, Ended
from ..stderr.remark import Kind, Remark
from ..stderr.watch import Seen
from ..text import one_line
from .check import CellCheck, CheckContext, Observation

MAX_QUOTED_BYTES = 200


def _observe(
    kind: Kind, sentence: Callable[[str, str], str]
) -> Callable[[CellRun, CheckContext], Iterable[Observation]]:
    def observe(run: CellRun, _: CheckContext) -> Iterable[Observation]:
        seen = run.stderr.seen(kind)
        if seen is None or _is_said_already(run, seen.first):
            return
        more = ", and %d more" % (seen.count - 1) if seen.count > 1 else ""
        yield Observation(sentence(one_line(seen.text, MAX_QUOTED_BYTES).rstrip("."), more), _evidence(seen))

    return observe


def _is_said_already(run: CellRun, first: Remark) -> bool:
    """Of a command that failed, E7 tells; of a cell that raised (a failing `%%bash`, too), its exception does."""
    is_of_command = first.kind is Kind.RAW or first.is_of_command
    return is_of_command and (len(run.facts.failed_commands) > 0 or run.ended is Ended.RAISED)


def _evidence(seen: Seen) -> "Dict[str, Union[str, int, float, bool, None]]":
    evidence: "Dict[str, Union[str, int, float, bool, None]]" = {"text": seen.text, "count": seen.count}
    for name in ("category", "file", "line"):
        value = getattr(seen.first, name)
        if value is not None:
            evidence[name] = value
    return evidence


SOFT_WARNING = CellCheck("S2", _observe(Kind.SOFT_WARNING, "The cell uses what is going to change: {0}{1}.".format))
PYTHON_WARNING = CellCheck("S3", _observe(Kind.WARNING, "The cell gave a warning: {0}{1}.".format))
LOGGED_WARNING = CellCheck("S4", _observe(Kind.LOGGED_WARNING, "The cell logged a warning: {0}{1}.".format))
LOGGED_ERROR = CellCheck("S5", _observe(Kind.ERROR, "The cell reported an error and went on: {0}{1}.".format))
RAW_STDERR = CellCheck("S6", _observe(Kind.RAW, "The cell wrote to stderr: {0}{1}.".format))
NUMERIC_WARNING = CellCheck("Q6", _observe(Kind.NUMERIC_WARNING, "A numeric operation warned: {0}{1}.".format))
