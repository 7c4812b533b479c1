"""Which cell of the golden notebook is which of the run.

By cell id where both notebooks have them; what is left, and notebooks whose ids say less than their sources (tools that
number the cells anew), by the longest common subsequence of the sources. What stands between two matches is paired when
it is alike enough to be a changed cell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple

from .common_subsequence import common_subsequence
from .comparable_cell import ComparableCell

MAX_GAP = 60
"""Cells a side between two matches that are searched for changed ones; in larger gaps all are added or removed."""
LEAST_LIKENESS = 0.4

Pairs = List[Tuple[int, int]]
Cells = Sequence[ComparableCell]


@dataclass(frozen=True)
class Alignment:
    """Positions in the two lists of cells."""

    pairs: Tuple[Tuple[int, int], ...]
    """Golden cell and run's cell, by the golden's order."""
    removed: Tuple[int, ...]
    added: Tuple[int, ...]


def align(golden: Cells, run: Cells) -> Alignment:
    """Symmetric: the other way round, added and removed change places and the number of pairs is the same."""
    if (len(golden), [cell.source for cell in golden]) > (len(run), [cell.source for cell in run]):
        pairs = [(i, j) for j, i in _pairs(run, golden)]
    else:
        pairs = _pairs(golden, run)
    matched_golden, matched_run = {i for i, _ in pairs}, {j for _, j in pairs}
    return Alignment(
        tuple(sorted(pairs)),
        tuple(i for i in range(len(golden)) if i not in matched_golden),
        tuple(j for j in range(len(run)) if j not in matched_run),
    )


def _pairs(left: Cells, right: Cells) -> Pairs:
    keys = [_normalised(cell.source) for cell in left], [_normalised(cell.source) for cell in right]
    by_source = common_subsequence(*keys)
    by_id = _same_ids(left, right)
    if by_id and sum(keys[0][i] == keys[1][j] for i, j in by_id) >= len(by_source):
        rest = [i for i in range(len(left)) if i not in dict(by_id)]
        taken = {j for _, j in by_id}
        others = [j for j in range(len(right)) if j not in taken]
        found = common_subsequence([keys[0][i] for i in rest], [keys[1][j] for j in others])
        return by_id + [(rest[i], others[j]) for i, j in found]
    return by_source + _changed(left, right, by_source)


def _normalised(source: str) -> str:
    """White space at line ends and blank lines at both ends are no change."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def _same_ids(left: Cells, right: Cells) -> Pairs:
    """Ids that name one cell on each side."""
    seen = _positions(left), _positions(right)
    return [(places[0], seen[1][name][0]) for name, places in seen[0].items() if _is_unique(name, places, seen[1])]


def _is_unique(name: str, places: List[int], others: Dict[str, List[int]]) -> bool:
    return len(places) == 1 and len(others.get(name, ())) == 1


def _positions(cells: Cells) -> Dict[str, List[int]]:
    found: Dict[str, List[int]] = {}
    for position, cell in enumerate(cells):
        if cell.cell_id is not None:
            found.setdefault(cell.cell_id, []).append(position)
    return found


def _changed(left: Cells, right: Cells, matches: Pairs) -> Pairs:
    """Pairs of cells between the matches that are two versions of one cell."""
    found: Pairs = []
    i = j = 0
    for next_i, next_j in matches + [(len(left), len(right))]:
        gap = list(range(i, next_i)), list(range(j, next_j))
        if len(gap[0]) == 1 and len(gap[1]) == 1:
            found.append((i, j))
        elif gap[0] and gap[1] and max(len(gap[0]), len(gap[1])) <= MAX_GAP:
            found += _likest([left[p].source for p in gap[0]], [right[p].source for p in gap[1]], i, j)
        i, j = next_i + 1, next_j + 1
    return found


def _likest(left: List[str], right: List[str], i: int, j: int) -> Pairs:
    """The pairing in order whose cells are most alike; `i` and `j` are the first positions."""
    words = [Counter(source.split()) for source in left], [Counter(source.split()) for source in right]
    likeness = [[_likeness(one, other) for other in words[1]] for one in words[0]]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for row in reversed(range(len(left))):
        for column in reversed(range(len(right))):
            value = likeness[row][column]
            paired = best[row + 1][column + 1] + value if value >= LEAST_LIKENESS else 0.0
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    pairs: Pairs = []
    row = column = 0
    while row < len(left) and column < len(right):
        if best[row][column] == best[row + 1][column]:
            row += 1
        elif best[row][column] == best[row][column + 1]:
            column += 1
        else:
            pairs.append((i + row, j + column))
            row, column = row + 1, column + 1
    return pairs


def _likeness(one: "Counter[str]", other: "Counter[str]") -> float:
    """Dice's coefficient of the words: 1 for the same words, 0 for none in common."""
    total = sum(one.values()) + sum(other.values())
    return 2 * sum((one & other).values()) / total if total else 0.0
