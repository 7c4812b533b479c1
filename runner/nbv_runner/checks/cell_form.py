"""L7: cells that make a notebook hard to follow, and tags that are none."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from typing import Dict, Iterator

from ..analysis.cell_source import CellSource
from ..tags import OUR_TAGS, TAG_PREFIX
from ..text import one_line
from .check import CheckContext, Observation
from .static_check import static_check

LONG_CELL_LINES = 100
LEAST_DUPLICATE_LINES = 3
"""`df.head()` twice is a habit, not a copy."""

MAX_TAG_BYTES = 60


def _hard_to_follow(context: CheckContext) -> Iterator[Observation]:
    cells = context.notebook.cells
    seen: Dict[str, CellSource] = {}
    for cell in cells:
        yield from _unknown_tags(cell)
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


def _unknown_tags(cell: CellSource) -> Iterator[Observation]:
    """A tag of ours by its beginning that is none: misspelt, and so without effect."""
    for tag in sorted(tag for tag in cell.tags - OUR_TAGS if tag.lower().startswith(TAG_PREFIX)):
        shown = one_line(tag, MAX_TAG_BYTES)
        near = get_close_matches(shown.lower(), sorted(OUR_TAGS), 1)
        meant = " Is %s meant?" % near[0] if near else ""
        yield Observation(
            "The tag %s has no effect.%s" % (shown, meant), {"category": "tag", "text": shown}, cell.index
        )


def _only_imports(tree: ast.Module) -> bool:
    return all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in tree.body)


HARD_TO_FOLLOW = static_check("L7", _hard_to_follow)
