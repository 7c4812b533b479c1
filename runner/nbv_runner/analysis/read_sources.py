"""From a notebook's cells to their sources as Python sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterable, List, Optional, Sequence

from .cell_source import MAX_TREE_SOURCE, CellSource, NotebookSource, TooMuchSource, TreeBudget, parse_cell
from .ipython_syntax import as_python
from .statement_lines import physical_lines

Transform = Callable[[Sequence[str]], Optional[List[str]]]
"""IPython's own transformation of cells, in order; None when nobody can tell."""


def read_sources(cells: Iterable[CellSource], transform: Transform) -> NotebookSource:
    """The cells with code and tree. IPython is asked about those only that Python can't parse otherwise."""
    budget = TreeBudget()
    parsed = [_parsed(cell, budget) for cell in cells]
    strange = [
        position
        for position, cell in enumerate(parsed)
        if cell.tree is None and not cell.is_too_much and cell.text.strip()
    ]
    codes = transform([parsed[position].text for position in strange]) if strange else None
    for position, code in zip(strange, codes or ()):
        aligned = _aligned(parsed[position].text, code)
        parsed[position] = _with_tree(parsed[position], aligned, budget) or parsed[position]
    return NotebookSource(tuple(parsed))


def _parsed(cell: CellSource, budget: TreeBudget) -> CellSource:
    if len(cell.text) > MAX_TREE_SOURCE:
        return replace(cell, code=cell.text, is_too_much=True)
    as_it_is = _with_tree(cell, cell.text, budget)
    if as_it_is is not None:
        return as_it_is
    code = as_python(cell.text)
    return _with_tree(cell, code, budget) or replace(cell, code=code)


def _with_tree(cell: CellSource, code: str, budget: TreeBudget) -> Optional[CellSource]:
    """None when `code` is no Python."""
    tree = parse_cell(code)
    if tree is None:
        return None
    try:
        return replace(cell, code=code, tree=budget.keep(tree))
    except TooMuchSource:
        return replace(cell, code=code, is_too_much=True)


def _aligned(text: str, code: str) -> str:
    """IPython drops empty lines at the beginning."""
    lines = physical_lines(text)
    empty = next((index for index, line in enumerate(lines) if line.strip()), 0)
    return "\n" * empty + code
