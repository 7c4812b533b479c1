"""G1: where the run contradicts the golden notebook."""

from __future__ import annotations

from typing import Iterable, Optional, Sequence

from ..cell_run import CellRun
from ..finding import FAILURE, Evidence
from ..golden.comparison import SKIPPED, CellDifference
from ..text import one_line
from .check import CheckContext, Observation, RunCheck

MAX_OBSERVATIONS = 100
MAX_EVIDENCE_BYTES = 200
DIFFERS = "Not as in the golden notebook: %s."


def _differs(cells: Sequence[CellRun], context: CheckContext) -> Iterable[Observation]:
    comparison = context.comparison
    if comparison is None:
        return
    failures = comparison.failures
    for found in failures[:MAX_OBSERVATIONS]:
        if context.config.store_outputs:
            yield Observation(DIFFERS % found.quoted, _evidence(found), found.cell)
        else:
            yield Observation(DIFFERS % found.message, {"type": found.kind}, found.cell)
    if len(failures) > MAX_OBSERVATIONS:
        yield Observation("%d more cells differ from the golden notebook." % (len(failures) - MAX_OBSERVATIONS))
    if comparison.result == SKIPPED:
        yield Observation("Nothing was compared with the golden notebook: every cell is ignored or was not executed.")


def _evidence(found: CellDifference) -> Evidence:
    evidence: "dict[str, object]" = {"type": found.kind}
    first = next(iter(found.mismatches), None)
    if first is not None:
        evidence["text"] = first.where
        evidence["expected"] = _excerpt(first.expected)
        evidence["actual"] = _excerpt(first.actual)
    return {key: value for key, value in evidence.items() if isinstance(value, (str, int))}


def _excerpt(text: Optional[str]) -> Optional[str]:
    return one_line(text, MAX_EVIDENCE_BYTES) if text is not None else None


GOLDEN_MISMATCH = RunCheck("G1", _differs, default_severity=FAILURE)
