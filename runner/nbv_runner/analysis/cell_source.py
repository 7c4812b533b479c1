"""The source of code cells as Python sees it."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import FrozenSet, List, Optional, Tuple

MAX_TREE_SOURCE = 256 * 1024
"""Characters of a cell above which no syntax tree is made."""
MAX_TREE_NODES = 50_000
"""Nodes of a cell's tree above which it is not kept: thousands of lines, or data written as code."""
MAX_ALL_NODES = 200_000
"""Nodes of all cells' trees together: looking into them takes some 10 s and 150 MB."""
MAX_TREE_DEPTH = 200
"""Deeper trees are made by machines or by malice, and walking them needs more stack than there is."""


@dataclass(frozen=True)
class CellSource:
    index: int
    """Over all cells of the notebook, 0-based."""
    code_index: int
    """Over its code cells, 0-based."""
    tags: FrozenSet[str]
    text: str
    """As the author wrote it."""
    code: str = ""
    """As Python: magics and shell escapes are calls. A statement of the author's keeps its line."""
    tree: Optional[ast.Module] = None
    """None for a cell that Python can't parse: a syntax error, another language, or too much of it."""
    cell_id: Optional[str] = None
    stored_count: Optional[int] = None
    """The execution count that the author's own run left."""
    is_too_much: bool = False
    """There is no tree because there would be too much of it, not because it is no Python."""


@dataclass(frozen=True)
class NotebookSource:
    """Every code cell of the original notebook, in order. Empty for kernels that don't run Python."""

    cells: Tuple[CellSource, ...] = ()

    def cell(self, index: int) -> Optional[CellSource]:
        """By index over all cells."""
        return next((cell for cell in self.cells if cell.index == index), None)


class TooMuchSource(Exception):
    """Nobody looks into so much code."""


class TreeBudget:
    """How many nodes the trees of one notebook may still have."""

    def __init__(self, nodes: int = MAX_ALL_NODES) -> None:
        self._left = nodes

    def keep(self, tree: ast.Module) -> ast.Module:
        """Raises TooMuchSource."""
        nodes = sum(1 for _ in ast.walk(tree))
        if nodes > min(MAX_TREE_NODES, self._left):
            raise TooMuchSource
        self._left -= nodes
        return tree


def parse_cell(code: str) -> Optional[ast.Module]:
    """The tree of a cell's transformed code; top-level `await` is allowed, as in IPython."""
    if len(code) > MAX_TREE_SOURCE:
        return None
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(code, "<cell>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Module) and not _is_too_deep(tree) else None


def _is_too_deep(tree: ast.AST) -> bool:
    level: List[ast.AST] = [tree]
    for _ in range(MAX_TREE_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
