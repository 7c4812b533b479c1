"""A longest common subsequence of two sequences, exact and fast enough for 20,000 elements a side.

Rows of the dynamic-programming table are bit vectors (Hyyrö 2004): a zero bit at `j` says that the table grows between
columns `j` and `j + 1`. One row costs a few operations on one big integer. Only every so many rows are kept; the way
back recomputes the rows between.
"""

from __future__ import annotations

from typing import Dict, Hashable, List, Sequence, Tuple

BLOCK = 128
"""Rows between two that are kept."""


def common_subsequence(left: Sequence[Hashable], right: Sequence[Hashable]) -> List[Tuple[int, int]]:
    """Pairs of indexes of equal elements, ascending on both sides, as many as there can be."""
    start = _common_start(left, right)
    end = _common_end(left, right, start)
    pairs = [(index, index) for index in range(start)]
    inner = _match(left[start : len(left) - end], right[start : len(right) - end])
    pairs += [(i + start, j + start) for i, j in inner]
    pairs += [(len(left) - end + index, len(right) - end + index) for index in range(end)]
    return pairs


def _common_start(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    length = min(len(left), len(right))
    return next((index for index in range(length) if left[index] != right[index]), length)


def _common_end(left: Sequence[Hashable], right: Sequence[Hashable], start: int) -> int:
    length = min(len(left), len(right)) - start
    return next((index for index in range(length) if left[-1 - index] != right[-1 - index]), length)


def _match(left: Sequence[Hashable], right: Sequence[Hashable]) -> List[Tuple[int, int]]:
    if not left or not right:
        return []
    places: Dict[Hashable, int] = {}
    for column, element in enumerate(right):
        places[element] = places.get(element, 0) | (1 << column)
    if not any(element in places for element in left):
        return []
    full = (1 << len(right)) - 1
    kept = [full]
    vector = full
    for row, element in enumerate(left):
        vector = _next_row(vector, places.get(element, 0), full)
        if (row + 1) % BLOCK == 0:
            kept.append(vector)
    pairs: List[Tuple[int, int]] = []
    column = len(right) - 1
    for block in range((len(left) - 1) // BLOCK, -1, -1):
        first = block * BLOCK
        rows = [kept[block]]
        for element in left[first : first + BLOCK]:
            rows.append(_next_row(rows[-1], places.get(element, 0), full))
        row = len(rows) - 1
        while row > 0 and column >= 0:
            if (rows[row] >> column) & 1:
                column -= 1
            elif not (rows[row - 1] >> column) & 1:
                row -= 1
            else:
                pairs.append((first + row - 1, column))
                row -= 1
                column -= 1
    pairs.reverse()
    return pairs


def _next_row(vector: int, places: int, full: int) -> int:
    grown = vector & places
    return ((vector + grown) | (vector - grown)) & full
