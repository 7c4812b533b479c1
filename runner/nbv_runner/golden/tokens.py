"""Texts as sequences of numbers, words and signs."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Iterator, List, Optional, Tuple

from .numbers import NUMBER, Tolerance, parse_number

_TOKEN = re.compile(r"(?P<number>" + NUMBER + r")|(?P<space>\s+)|[^\W\d]\w*|\w+|[^\w\s]", re.S)
_FORM = re.compile(r"(?P<number>" + NUMBER + r")|(?P<space>\s+)")
SPACE = " "
NUMBER_MARK = "\x00"

Token = Tuple[str, bool]
"""The text, and whether it is a number."""


def tokens(text: str) -> Iterator[Token]:
    """White space is one space, and none at the ends and inside brackets, where numpy aligns columns with it."""
    pending = False
    last = "["
    for match in _TOKEN.finditer(text):
        if match["space"] is not None:
            pending = True
            continue
        token = match[0]
        if pending and last != "[" and token != "]":
            yield SPACE, False
        pending = False
        last = token
        yield token, match["number"] is not None


def texts_agree(expected: str, actual: str, tolerance: Tolerance) -> bool:
    """Whether the texts say the same: numbers within the tolerance, white space alike, the rest exactly."""
    if expected == actual:
        return True
    return all(_agree(one, other, tolerance) for one, other in zip_longest(tokens(expected), tokens(actual)))


def _agree(one: Optional[Token], other: Optional[Token], tolerance: Tolerance) -> bool:
    if one is None or other is None:
        return False
    if one[0] == other[0]:
        return True
    return one[1] and other[1] and numbers_agree(one[0], other[0], tolerance)


def numbers_agree(expected: str, actual: str, tolerance: Tolerance) -> bool:
    """Of two texts that match NUMBER."""
    if (expected[-1] in "jJ") != (actual[-1] in "jJ"):
        return False
    one, other = parse_number(expected), parse_number(actual)
    return one is not None and other is not None and tolerance.holds(one, other)


def form(line: str) -> str:
    """The line without its numbers and with single spaces: lines of the same form may differ in numbers only."""
    return _FORM.sub(lambda match: NUMBER_MARK if match["space"] is None else SPACE, line.strip())


def first_difference(expected: List[str], actual: List[str], tolerance: Tolerance) -> Optional[int]:
    """The first line that differs, 0-based; None when none does line by line."""
    for index, (one, other) in enumerate(zip_longest(expected, actual, fillvalue="")):
        if not texts_agree(one, other, tolerance):
            return index
    return None
