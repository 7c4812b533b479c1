"""From a notebook's cells to their sources as Python sees them."""

from __future__ import annotations

from typing import Callable, List, Optional, Sequence

from ..cell_run import CellRun
from .cell_source import CellSource, NotebookSource, parse_cell
from .masked_magics import mask_magics

AskKernel = Callable[[Sequence[str]], Optional[List[str]]]
"""IPython's transformation of all cells, in order; None when nobody can tell."""


def read_sources(cells: Sequence[CellRun], transform: AskKernel) -> NotebookSource:
    """Sources of the code cells, transformed by IPython itself where it can be asked."""
    texts = [cell.source for cell in cells]
    codes = transform(texts) or [mask_magics(text) for text in texts]
    return NotebookSource(
        tuple(
            CellSource(cell.index, cell.code_index, cell.tags, cell.source, code, parse_cell(code), cell.cell_id)
            for cell, code in zip(cells, codes)
        )
    )
