"""L7: cells that make a notebook hard to follow."""

from __future__ import annotations

import ast
from typing import Dict, Iterator

from ..analysis.cell_source import CellSource
from .check import CheckContext, Observation
from .static_check import static_check

LONG_CELL_LINES = 100
LEAST_DUPLICATE_LINES = 3
"""`df.head()` twice is a habit, not a copy."""


def _hard_to_follow(context: CheckContext) -> Iterator[Observation]:
    cells = context.notebook.cells
    seen: Dict[str, CellSource] = {}
    for cell in cells:
        if not cell.text.strip():
            # Jupyter adds one at the end by itself.
            if cell is not cells[-1]:
                yield Observation("The cell is empty.", {"category": "empty"}, cell.index)
            continue
        lines = sum(1 for line in cell.text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
        if lines > LONG_CELL_LINES:
            told = "The cell has %d lines of code, more than %d: a failure in it is hard to place."
            yield Observation(told % (lines, LONG_CELL_LINES), {"category": "long", "actual": lines}, cell.index)
        if lines < LEAST_DUPLICATE_LINES or cell.tree is None or _only_imports(cell.tree):
            continue
        form = ast.dump(cell.tree)
        first = seen.setdefault(form, cell)
        if first is not cell:
            told = "The cell repeats cell %d." % first.index
            yield Observation(told, {"category": "duplicate", "first": first.index}, cell.index)


def _only_imports(tree: ast.Module) -> bool:
    return all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in tree.body)


HARD_TO_FOLLOW = static_check("L7", _hard_to_follow)
