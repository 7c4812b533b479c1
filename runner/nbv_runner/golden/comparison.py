"""The comparison of a whole run with its golden notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import FrozenSet, List, Optional, Sequence

from ..comparison_config import ComparisonConfig
from ..redaction import Redactor
from ..tags import IGNORE_OUTPUT
from .alignment import align
from .cell_outputs import view
from .comparable_cell import ComparableCell
from .comparer import Comparer
from .mismatch import Mismatch
from .stored_notebook import StoredNotebook
from .unified_diff import difference

MINOR, MAJOR, CRITICAL = "minor", "major", "critical"
"""What a difference means.

minor: nothing that the golden notebook shows is contradicted – a cell is new, one without outputs is gone, or a cell's
source changed. Differences of this kind alone are a match.
major: an output is another, is missing or is new.
critical: a cell ended otherwise – with an error where the golden one has none, with another one, or without it.
"""

OUTPUT_MISMATCH, EXECUTION_ERROR = "output_mismatch", "execution_error"
MISSING_CELL, EXTRA_CELL, SOURCE_MISMATCH = "missing_cell", "extra_cell", "source_mismatch"

MATCHED, FAILED, SKIPPED = "matched", "failed", "skipped"


@dataclass(frozen=True)
class CellDifference:
    kind: str
    severity: str
    cell: Optional[int]
    """Index over all cells of the run's notebook; None for a cell that it lacks."""
    golden_cell: Optional[int]
    at: int
    """`cell`, or for a missing one the index at which it would stand."""
    message: str
    """One sentence without its full stop and without what stands in outputs. Of one cell, it does not name it."""
    mismatches: Sequence[Mismatch] = ()

    @property
    def quoted(self) -> str:
        """The message with the first thing that differs."""
        first = next(iter(self.mismatches), None)
        return self.message + (first.quote if first is not None else "")

    def named(self, message: str) -> str:
        """One of the two messages with the cell in front."""
        return message if self.cell is None else "Cell %d: %s" % (self.cell, message)

    @property
    def counts(self) -> bool:
        return self.severity != MINOR


@dataclass(frozen=True)
class NotCompared:
    """A pair of cells whose outputs nobody compared."""

    cell: int
    golden_cell: int
    reason: str


@dataclass
class Comparison:
    golden_path: str
    golden_cells: int
    strategy: str
    differences: List[CellDifference] = field(default_factory=list)
    not_compared: List[NotCompared] = field(default_factory=list)
    matched: int = 0
    notes: List[str] = field(default_factory=list)

    @property
    def failures(self) -> List[CellDifference]:
        return [found for found in self.differences if found.counts]

    @property
    def mismatched(self) -> int:
        """Cells, each once."""
        return len({(found.cell, found.golden_cell) for found in self.failures})

    @property
    def total(self) -> int:
        return self.matched + self.mismatched

    @property
    def result(self) -> str:
        if self.failures:
            return FAILED
        return MATCHED if self.total else SKIPPED


def compare(
    golden: StoredNotebook, run: Sequence[ComparableCell], run_cells: int, config: ComparisonConfig, redactor: Redactor
) -> Comparison:
    """`run_cells` counts all cells of the run's notebook. Raises re2.PatternError for a custom pattern that is none."""
    comparer = Comparer(config, redactor)
    comparison = Comparison(golden.path, golden.total_cells, "exact" if config.is_exact else "normalized")
    alignment = align(golden.cells, run)
    for i, j in alignment.pairs:
        _compare_pair(golden.cells[i], run[j], config, comparer, redactor, comparison)
    partners, removed = dict(alignment.pairs), set(alignment.removed)
    at = run_cells
    for i in reversed(range(len(golden.cells))):
        if i in removed:
            _add_removed(golden.cells[i], at, config, comparison)
        else:
            at = run[partners[i]].index
    for j in alignment.added:
        cell = run[j]
        if cell.source.strip():
            message = "the golden notebook does not have it"
            comparison.differences.append(CellDifference(EXTRA_CELL, MINOR, cell.index, None, cell.index, message))
    comparison.differences.sort(key=lambda found: (found.at, -1 if found.golden_cell is None else found.golden_cell))
    comparison.notes += [
        "The pattern %s is too much work for some output, which was compared without it" % redactor.text(source)
        for source in comparer.sanitizers.given_up
    ]
    if comparer.pictures.not_looked_at:
        comparison.notes.append("images too large to be looked at: %d" % comparer.pictures.not_looked_at)
    if comparer.pictures.unreadable:
        comparison.notes.append(
            "golden images that can't be read, and so not compared: %d" % comparer.pictures.unreadable
        )
    return comparison


def _compare_pair(
    golden: ComparableCell,
    cell: ComparableCell,
    config: ComparisonConfig,
    comparer: Comparer,
    redactor: Redactor,
    comparison: Comparison,
) -> None:
    if not golden.source.strip() and not cell.source.strip():
        return
    if _source(golden) != _source(cell):
        comparison.differences.append(_source_difference(golden, cell, redactor))
    reason = _why_not(golden, cell, config)
    if reason is not None:
        comparison.not_compared.append(NotCompared(cell.index, golden.index, reason))
        return
    found = _differences(golden, cell, config, comparer)
    comparison.differences += found
    comparison.matched += not found


def _source(cell: ComparableCell) -> str:
    return "\n".join(line.rstrip() for line in cell.source.strip().split("\n"))


def _source_difference(golden: ComparableCell, cell: ComparableCell, redactor: Redactor) -> CellDifference:
    wanted, got = redactor.text(_source(golden)), redactor.text(_source(cell))
    found = difference(wanted, got, lambda one, other: one == other)
    message = "its source changed"
    mismatch = Mismatch("source", message, "", found.expected, found.actual, found.diff, found.line)
    return CellDifference(SOURCE_MISMATCH, MINOR, cell.index, golden.index, cell.index, message, (mismatch,))


def _why_not(golden: ComparableCell, cell: ComparableCell, config: ComparisonConfig) -> Optional[str]:
    if cell.index in config.ignored_cells:
        return "the job ignores this cell"
    tag = _ignoring_tag(cell.tags | golden.tags, config)
    if tag is not None:
        return "it is tagged %s" % tag
    if not cell.was_executed:
        return "the run did not execute it" if golden.was_executed else "neither run executed it"
    if not golden.was_executed:
        return "the golden notebook has no outputs for it"
    return None


def _ignoring_tag(tags: FrozenSet[str], config: ComparisonConfig) -> Optional[str]:
    return next(iter(sorted(tags & (config.ignored_tags | {IGNORE_OUTPUT}))), None)


def _differences(
    golden: ComparableCell, cell: ComparableCell, config: ComparisonConfig, comparer: Comparer
) -> List[CellDifference]:
    found: List[CellDifference] = []
    error = None if "error" in config.ignored_types else comparer.compare_failures(golden.failure, cell.failure)
    if error is not None:
        found.append(
            CellDifference(EXECUTION_ERROR, CRITICAL, cell.index, golden.index, cell.index, error.message, (error,))
        )
    views = [view(each.outputs, config.ignored_types, with_stderr=config.is_exact) for each in (golden, cell)]
    # What a cell that broke off did not get to show is no finding of its own.
    mismatches = comparer.compare_outputs(*views) if error is None else []
    if not config.ignore_execution_count and golden.execution_count != cell.execution_count:
        counts = str(golden.execution_count), str(cell.execution_count)
        message = "the execution count is %s, not %s" % (counts[1], counts[0])
        mismatches.append(Mismatch("execution count", message, "", *counts))
    if mismatches:
        more = len(mismatches) - 1
        message = mismatches[0].message + (" (and %d more)" % more if more else "")
        found.append(
            CellDifference(OUTPUT_MISMATCH, MAJOR, cell.index, golden.index, cell.index, message, tuple(mismatches))
        )
    return found


def _add_removed(golden: ComparableCell, at: int, config: ComparisonConfig, comparison: Comparison) -> None:
    if not golden.source.strip():
        return
    shown = view(golden.outputs, config.ignored_types, with_stderr=config.is_exact)
    promises = bool(shown.streams or shown.rich or golden.failure) and _ignoring_tag(golden.tags, config) is None
    what = "which has outputs" if promises else "which has no outputs"
    message = "Cell %d of the golden notebook, %s, is gone" % (golden.index, what)
    severity = MAJOR if promises else MINOR
    comparison.differences.append(CellDifference(MISSING_CELL, severity, None, golden.index, at, message))
