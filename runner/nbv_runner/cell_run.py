"""What happened to one cell: the evidence that checks judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Dict, FrozenSet, List, Optional

from .cell_facts import CellFacts
from .finding import ABOUT_ERROR, FAILURE, WARNING, Finding
from .kernel_process import Death
from .outputs import CellOutputs
from .stderr.watch import StderrWatch
from .tags import RAISES_EXCEPTION
from .value_facts import CellValues


class Ended(Enum):
    """How the cell's execution ended, before any check."""

    FINISHED = "finished"
    RAISED = "raised"
    CELL_TIMEOUT = "cell timeout"
    NOTEBOOK_TIMEOUT = "notebook timeout"
    KERNEL_DIED = "kernel died"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class CellError:
    name: str
    message: str
    traceback: str
    """ANSI removed."""


@dataclass
class CellRun:
    index: int
    """Over all cells of the original notebook, 0-based."""
    code_index: int
    """Over its code cells, 0-based."""
    source: str
    tags: FrozenSet[str]
    outputs: CellOutputs
    stderr: StderrWatch = field(default_factory=StderrWatch)
    """What it said on stderr, cleared or not."""
    cell_id: Optional[str] = None
    ended: Ended = Ended.NOT_RUN
    seconds: float = 0.0
    error: Optional[CellError] = None
    asked_exit: bool = False
    """`quit()` or `exit()` was called, which IPython's kernel answers by doing nothing."""
    facts: CellFacts = field(default_factory=CellFacts)
    values: CellValues = field(default_factory=CellValues)
    death: Optional[Death] = None
    limit_seconds: Optional[float] = None
    """The limit that a time-out ran into."""
    is_last: bool = False
    """No cell with code comes after it."""
    execution_count: Optional[int] = None
    memory_bytes: Optional[int] = None
    findings: List[Finding] = field(default_factory=list)

    @property
    def expects_exception(self) -> bool:
        return RAISES_EXCEPTION in self.tags

    @property
    def raised_unexpectedly(self) -> bool:
        return self.ended is Ended.RAISED and not self.expects_exception

    @property
    def stops_the_run(self) -> bool:
        return self.raised_unexpectedly or self.ended in (
            Ended.CELL_TIMEOUT,
            Ended.NOTEBOOK_TIMEOUT,
            Ended.KERNEL_DIED,
        )

    @property
    def status(self) -> str:
        """As in the job's status: Success, Failure, Skipped or Warning."""
        if self.ended is Ended.NOT_RUN:
            return "Skipped"
        severities = {finding.severity for finding in self.findings}
        if FAILURE in severities:
            return "Failure"
        return "Warning" if WARNING in severities else "Success"

    @property
    def headline(self) -> str:
        """The one thing to say about the cell; empty when there is nothing."""
        first = self.first_finding
        if first is not None and first.check in ABOUT_ERROR and self.error is not None:
            return "%s: %s" % (self.error.name, self.error.message or "no message")
        return first.message if first is not None else ""

    @property
    def first_finding(self) -> Optional[Finding]:
        """The first failure, or else the first of all."""
        failures = [finding for finding in self.findings if finding.severity == FAILURE]
        return next(iter(failures + self.findings), None)

    def reported_error(self) -> Optional[Dict[str, Any]]:
        """The error of a cell that failed; one that the author expected is only an output."""
        if self.error is None or (self.ended is Ended.RAISED and self.expects_exception):
            return None
        return {"name": self.error.name, "message": self.error.message, "traceback": self.error.traceback}
