"""The golden notebook of a job: read before any of the notebook's code could touch it, compared when none is left."""

from __future__ import annotations

from typing import Optional, Sequence

from .. import re2
from ..cell_run import CellRun
from ..comparison_config import Golden
from ..outcome import Outcome, RunStopped
from ..redaction import Redactor
from .comparable_cell import from_run
from .comparison import Comparison, compare
from .sanitizers import Sanitizers
from .stored_notebook import StoredNotebook, read_golden


class GoldenStandard:
    def __init__(self, golden: Golden, notebook: StoredNotebook, redactor: Redactor) -> None:
        self._golden = golden
        self._notebook = notebook
        self._redactor = redactor

    @classmethod
    def read(cls, golden: Golden, source: str, own_source: Optional[str], redactor: Redactor) -> "GoldenStandard":
        """From the notebook's own repository or the golden one's. Raises RunStopped for everything that is wrong."""
        root = source if golden.is_same_source else own_source
        if root is None:
            raise RunStopped(Outcome.BAD_CONFIGURATION, "Bad runner configuration: golden needs --golden DIR.")
        try:
            Sanitizers(golden.config)
        except re2.PatternError as error:
            message = "Bad runner configuration: golden.comparison.customPatterns: %s." % error
            raise RunStopped(Outcome.BAD_CONFIGURATION, message) from error
        return cls(golden, read_golden(root, golden.path, redactor), redactor)

    def compare(self, cells: Sequence[CellRun], total_cells: int) -> Comparison:
        """With a run's code cells; `total_cells` counts those of other types, too."""
        run = [from_run(cell) for cell in cells]
        return compare(self._notebook, run, total_cells, self._golden.config, self._redactor)
