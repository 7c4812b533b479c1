"""Unified diffs of two texts, in which lines that agree within the tolerance count as equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, List, Optional, Tuple

from ..text import head
from .common_subsequence import common_subsequence
from .tokens import form

CONTEXT = 3
MAX_COMPARED_LINES = 2000
"""Lines a side, from the first difference on, that a diff looks at."""
MAX_DIFF_LINES = 120
MAX_LINE_BYTES = 400

Agree = Callable[[str, str], bool]
Step = Tuple[str, int, int]
"""` `, `-` or `+`, and how far each side has come."""


@dataclass(frozen=True)
class Difference:
    """Of two texts that don't agree."""

    diff: str
    """Without file names."""
    line: int
    """Of the first difference in the expected text, 1-based."""
    expected: Optional[str]
    """That line; None when the actual text has a line too many there."""
    actual: Optional[str]


def difference(expected: str, actual: str, agree: Agree) -> Difference:
    """How `actual` differs, in lines. Bounded in time and size, whatever the texts are."""
    left, right = expected.split("\n"), actual.split("\n")
    start = _agreeing(left, right, agree)
    end = _agreeing(left[start:][::-1], right[start:][::-1], agree)
    left_end, right_end = len(left) - end, len(right) - end
    kept_left = left[start : min(left_end, start + MAX_COMPARED_LINES)]
    kept_right = right[start : min(right_end, start + MAX_COMPARED_LINES)]
    is_cut = start + len(kept_left) < left_end or start + len(kept_right) < right_end
    before = min(start, CONTEXT)
    steps: List[Step] = [(" ", start - before + index, start - before + index) for index in range(before)]
    steps += [(kind, i + start, j + start) for kind, i, j in _steps(kept_left, kept_right, agree)]
    if not is_cut:
        steps += [(" ", left_end + index, right_end + index) for index in range(min(end, CONTEXT))]
    lines, left_out = _hunks(steps, left, right)
    if is_cut or left_out:
        lines.append("… more differs")
    line, wanted, got = _first(steps, left, right)
    return Difference("\n".join(lines), line + 1, wanted, got)


def _agreeing(left: List[str], right: List[str], agree: Agree) -> int:
    """How many lines at the beginning agree."""
    length = min(len(left), len(right))
    return next((index for index in range(length) if not agree(left[index], right[index])), length)


def _steps(left: List[str], right: List[str], agree: Agree) -> List[Step]:
    """Equal lines are matched first, then lines that differ in their numbers only."""
    steps: List[Step] = []
    i = j = 0
    exact = common_subsequence([" ".join(line.split()) for line in left], [" ".join(line.split()) for line in right])
    for matched_i, matched_j in exact + [(len(left), len(right))]:
        gap_left, gap_right = left[i:matched_i], right[j:matched_j]
        forms = common_subsequence([form(line) for line in gap_left], [form(line) for line in gap_right])
        x = y = 0
        for p, q in forms + [(len(gap_left), len(gap_right))]:
            steps += [("-", i + k, j + y) for k in range(x, p)]
            steps += [("+", i + p, j + k) for k in range(y, q)]
            if p < len(gap_left):
                agreed = agree(gap_left[p], gap_right[q])
                steps += [(" ", i + p, j + q)] if agreed else [("-", i + p, j + q), ("+", i + p + 1, j + q)]
            x, y = p + 1, q + 1
        if matched_i < len(left):
            steps.append((" ", matched_i, matched_j))
        i, j = matched_i + 1, matched_j + 1
    return steps


def _hunks(steps: List[Step], left: List[str], right: List[str]) -> Tuple[List[str], bool]:
    """The diff's lines, and whether some were left out."""
    changed = [index for index, step in enumerate(steps) if step[0] != " "]
    lines: List[str] = []
    position = 0
    while position < len(changed):
        first = last = changed[position]
        while position + 1 < len(changed) and changed[position + 1] - last <= 2 * CONTEXT:
            position += 1
            last = changed[position]
        position += 1
        hunk = steps[max(0, first - CONTEXT) : last + 1 + CONTEXT]
        removed = sum(1 for step in hunk if step[0] != "+")
        added = sum(1 for step in hunk if step[0] != "-")
        lines.append("@@ -%s +%s @@" % (_range(hunk[0][1], removed), _range(hunk[0][2], added)))
        for kind, i, j in hunk:
            if len(lines) >= MAX_DIFF_LINES:
                return lines, True
            lines.append(kind + head(right[j] if kind == "+" else left[i], MAX_LINE_BYTES))
    return lines, False


def _range(start: int, count: int) -> str:
    return "%d" % (start + 1) if count == 1 else "%d,%d" % (start + 1 if count else start, count)


def _first(steps: List[Step], left: List[str], right: List[str]) -> Tuple[int, Optional[str], Optional[str]]:
    changed = [step for step in steps if step[0] != " "]
    if not changed:
        return 0, None, None
    kind, i, j = changed[0]
    if kind == "+":
        return i, None, right[j]
    added = next((step for step in changed if step[0] == "+" and step[1] <= i + 1), None)
    return i, left[i], right[added[2]] if added is not None else None
