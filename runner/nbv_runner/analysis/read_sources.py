"""From a notebook's cells to their sources as Python sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterable, List, Optional, Sequence

from .cell_source import CellSource, NotebookSource, parse_cell
from .ipython_syntax import as_python
from .statement_lines import physical_lines

Transform = Callable[[Sequence[str]], Optional[List[str]]]
"""IPython's own transformation of cells, in order; None when nobody can tell."""


def read_sources(cells: Iterable[CellSource], transform: Transform) -> NotebookSource:
    """The cells with code and tree. IPython is asked about those only that Python can't parse otherwise."""
    parsed = [_parsed(cell) for cell in cells]
    strange = [position for position, cell in enumerate(parsed) if cell.tree is None and cell.text.strip()]
    codes = transform([parsed[position].text for position in strange]) if strange else None
    for position, code in zip(strange, codes or ()):
        aligned = _aligned(parsed[position].text, code)
        tree = parse_cell(aligned)
        if tree is not None:
            parsed[position] = replace(parsed[position], code=aligned, tree=tree)
    return NotebookSource(tuple(parsed))


def _parsed(cell: CellSource) -> CellSource:
    tree = parse_cell(cell.text)
    if tree is not None:
        return replace(cell, code=cell.text, tree=tree)
    code = as_python(cell.text)
    return replace(cell, code=code, tree=parse_cell(code))


def _aligned(text: str, code: str) -> str:
    """IPython drops empty lines at the beginning."""
    lines = physical_lines(text)
    empty = next((index for index, line in enumerate(lines) if line.strip()), 0)
    return "\n" * empty + code
