"""A code cell of either side, as far as the comparison is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Optional, Sequence

from ..cell_run import CellRun, Ended

Output = Dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """How an execution ended that did not simply finish."""

    name: str
    message: str


@dataclass(frozen=True)
class ComparableCell:
    index: int
    """Over all cells of its notebook."""
    source: str
    tags: FrozenSet[str]
    cell_id: Optional[str]
    outputs: Sequence[Output]
    """As nbformat 4 has them, texts joined."""
    was_executed: bool
    execution_count: Optional[int] = None
    failure: Optional[Failure] = None


def from_run(cell: CellRun) -> ComparableCell:
    """A cell that the runner ran, or did not come to."""
    failure = None
    if cell.error is not None:
        failure = Failure(cell.error.name, cell.error.message)
    elif cell.ended not in (Ended.FINISHED, Ended.NOT_RUN):
        failure = Failure(cell.ended.value, "")
    return ComparableCell(
        index=cell.index,
        source=cell.source,
        tags=cell.tags,
        cell_id=cell.cell_id,
        outputs=cell.outputs.documents(),
        was_executed=cell.ended is not Ended.NOT_RUN,
        execution_count=cell.execution_count,
        failure=failure,
    )
